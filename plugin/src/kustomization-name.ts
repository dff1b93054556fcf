import { fullName } from '@kubectl-gitops/core/desired/dependency-order.js'
import type { Kustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { nearWord } from '@kubectl-gitops/core/near-word.js'

/** What a user typed to name a Kustomization. */
export interface KustomizationName {
  readonly namespace?: string
  readonly name: string
}

const KINDS = ['kustomization', 'kustomizations', 'ks', 'kustomization.kustomize.toolkit.fluxcd.io']

/**
 * Reads `NAME`, `NAMESPACE/NAME`, `kustomization/NAME` or `kustomization/NAMESPACE/NAME`.
 * @throws GitOpsError USAGE for anything else
 */
export function readKustomizationName(typed: string): KustomizationName {
  const parts = typed.split('/')
  const words = parts.length > 1 && KINDS.includes(parts[0]?.toLowerCase() ?? '') ? parts.slice(1) : parts
  const [first = '', second] = words
  if (words.length > 2 || words.includes('')) {
    throw new GitOpsError('USAGE', {
      what: `${typed} names no Kustomization`,
      tryThis: 'NAME, NAMESPACE/NAME or kustomization/NAME',
    })
  }
  return second === undefined ? { name: first } : { namespace: first, name: second }
}

/**
 * The Kustomizations of a namespace (undefined: of all) that the names leave, all of them where none is given;
 * in the order of `all`, each once.
 * @throws GitOpsError NOT_FOUND for a name that nothing has, with the near ones; USAGE for one of several
 */
export function selectKustomizations(
  all: readonly Kustomization[],
  names: readonly KustomizationName[],
  namespace: string | undefined,
): readonly Kustomization[] {
  const inScope = all.filter((one) => namespace === undefined || one.namespace === namespace)
  if (names.length === 0) return inScope
  const chosen = new Set(names.map((wanted) => selectOne(inScope, wanted)))
  return inScope.filter((one) => chosen.has(one))
}

function selectOne(inScope: readonly Kustomization[], wanted: KustomizationName): Kustomization {
  const found = inScope.filter(
    (one) =>
      one.name === wanted.name && (wanted.namespace === undefined || one.namespace === wanted.namespace),
  )
  const [only, ...others] = found
  if (only === undefined) throw notFound(inScope, wanted)
  if (others.length > 0) throw ambiguous(found, wanted)
  return only
}

const shown = ({ namespace, name }: KustomizationName): string =>
  namespace === undefined ? name : `${namespace}/${name}`

const MOST_NAMES = 20

function notFound(inScope: readonly Kustomization[], wanted: KustomizationName): GitOpsError {
  const names = inScope.map(fullName)
  const near = nearName(inScope, wanted)
  const listed = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), '…'] : names
  return new GitOpsError('NOT_FOUND', {
    what: `there is no Kustomization ${shown(wanted)}`,
    why: names.length === 0 ? 'there are none at all' : `there are ${listed.join(', ')}`,
    ...(near === undefined ? {} : { tryThis: near }),
  })
}

/** A misspelt name, or the right name in another namespace. */
function nearName(inScope: readonly Kustomization[], wanted: KustomizationName): string | undefined {
  const names = inScope.map(fullName)
  const elsewhere = inScope.find(({ name }) => name === wanted.name)
  const near = nearWord(
    wanted.name,
    inScope.map(({ name }) => name),
  )
  const meant = elsewhere ?? inScope.find(({ name }) => name === near)
  return elsewhere === undefined && wanted.namespace !== undefined
    ? nearWord(shown(wanted), names)
    : meant && fullName(meant)
}

const ambiguous = (found: readonly Kustomization[], { name }: KustomizationName): GitOpsError =>
  new GitOpsError('USAGE', {
    what: `${name} names ${found.length} Kustomizations`,
    why: `there are ${found.map(fullName).join(', ')}`,
    tryThis: fullName(found[0] ?? { namespace: '', name }),
  })
