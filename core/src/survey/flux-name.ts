import { fullName } from '../desired/dependency-order.js'
import { GitOpsError } from '../errors.js'
import { nearWord } from '../near-word.js'

/** How a user names an object of Flux. */
export interface FluxName {
  readonly namespace?: string
  readonly name: string
}

interface Named {
  readonly namespace: string
  readonly name: string
}

/**
 * The one that a name stands for, among those that may be meant.
 * @param home the namespace that counts where the name has none and several are called so
 * @throws GitOpsError NOT_FOUND for a name that nothing has, with the near ones; USAGE for one of several
 */
export function chooseNamed<T extends Named>(
  kind: string,
  all: readonly T[],
  wanted: FluxName,
  home?: string,
): T {
  const found = all.filter(
    ({ namespace, name }) =>
      name === wanted.name && (wanted.namespace === undefined || namespace === wanted.namespace),
  )
  const [only, ...others] = found
  if (only === undefined) throw notFound(kind, all, wanted)
  const preferred = others.length === 0 ? only : found.find(({ namespace }) => namespace === home)
  if (preferred === undefined) throw ambiguous(kind, found, wanted)
  return preferred
}

const shown = ({ namespace, name }: FluxName): string =>
  namespace === undefined ? name : `${namespace}/${name}`

const MOST_NAMES = 20

function notFound(kind: string, all: readonly Named[], wanted: FluxName): GitOpsError {
  const names = all.map(fullName)
  const near = nearName(all, wanted)
  const listed = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), '…'] : names
  return new GitOpsError('NOT_FOUND', {
    what: `there is no ${kind} ${shown(wanted)}`,
    why: names.length === 0 ? 'there are none at all' : `there are ${listed.join(', ')}`,
    ...(near === undefined ? {} : { tryThis: near }),
  })
}

/** A misspelt name, or the right name in another namespace. */
function nearName(all: readonly Named[], wanted: FluxName): string | undefined {
  const names = all.map(fullName)
  const elsewhere = all.find(({ name }) => name === wanted.name)
  const near = nearWord(
    wanted.name,
    all.map(({ name }) => name),
  )
  const meant = elsewhere ?? all.find(({ name }) => name === near)
  return elsewhere === undefined && wanted.namespace !== undefined
    ? nearWord(shown(wanted), names)
    : meant && fullName(meant)
}

const ambiguous = (kind: string, found: readonly Named[], { name }: FluxName): GitOpsError =>
  new GitOpsError('USAGE', {
    what: `${name} names ${found.length} ${kind}s`,
    why: `there are ${found.map(fullName).join(', ')}`,
    tryThis: fullName(found[0] ?? { namespace: '', name }),
  })
