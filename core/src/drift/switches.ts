import type { KubernetesObject } from '../object.js'
import { fieldPath, type Path } from '../pointer.js'

/** An object taken out of Flux's hands by a label or annotation. */
export interface OptOut {
  /** False: the switch is on the live object alone, where Git does not have it. */
  readonly inGit: boolean
  readonly reason: string
  readonly message: string
  /** `ssa: Merge` keeps others' fields but goes on applying Git's. */
  readonly merge: boolean
  /** Where the switch stands on the live object, if that alone has it. */
  readonly path?: Path
}

const PREFIX = 'kustomize.toolkit.fluxcd.io'

/**
 * Reads Flux's per-object switches, which count as label or annotation, in any case of letters.
 * Source: fluxcd/pkg ssa/utils AnyInMetadata, manager_apply.go (`reconcile` and `ssa: Ignore` count on
 * the live object too; `IfNotPresent` only in Git).
 */
export function optOut(git: KubernetesObject, live: KubernetesObject): OptOut | undefined {
  for (const [key, value] of [
    ['reconcile', 'disabled'],
    ['ssa', 'Ignore'],
  ] as const) {
    const found = whereIs(git, live, key, value.toLowerCase())
    if (found !== undefined) return { ...found, merge: false, message: message(found, key, value) }
  }
  if (has(git, 'ssa', 'ifnotpresent')) {
    return {
      inGit: true,
      reason: 'ssa-if-not-present',
      merge: false,
      message: `${PREFIX}/ssa: IfNotPresent: Flux creates it and then leaves it alone`,
    }
  }
  const path = has(git, 'ssa', 'merge') ? undefined : placeOf(live, 'ssa', 'merge')
  if (path === undefined) return undefined
  const words = `${PREFIX}/ssa: Merge is set on the live object only: Flux keeps what others added`
  return { inGit: false, reason: 'ssa-merge', merge: true, message: words, path }
}

/**
 * Reads the switch that keeps a live object when Git drops it, where Git does not have it: Flux goes on applying it
 * until then, so that nothing shows. Source: kustomize-controller internal/controller prune.
 */
export function pruneOptOut(git: KubernetesObject, live: KubernetesObject): OptOut | undefined {
  const path = has(git, 'prune', 'disabled') ? undefined : placeOf(live, 'prune', 'disabled')
  if (path === undefined) return undefined
  const words = `${PREFIX}/prune: disabled is set on the live object only: Flux keeps it when Git drops it`
  return { inGit: false, reason: 'prune-disabled-live-only', merge: false, message: words, path }
}

/** Does Git allow others to add fields (`ssa: Merge`)? */
export function allowsOthers(git: KubernetesObject): boolean {
  return has(git, 'ssa', 'merge')
}

/**
 * Will Flux keep this live object when Git drops it? What it does not apply it does not prune either.
 * Source: kustomize-controller internal/controller prune, exclusions of DeleteAll.
 */
export function isPruneDisabled(live: KubernetesObject): boolean {
  return has(live, 'prune', 'disabled') || has(live, 'reconcile', 'disabled') || has(live, 'ssa', 'ignore')
}

/** Is this a label or annotation by which Flux is told what to do? Nothing but Git should set one. */
export function isSwitch([root, , name]: Path): boolean {
  if (root?.kind !== 'field' || root.name !== 'metadata' || name?.kind !== 'field') return false
  return /^(?:kustomize|helm)\.toolkit\.fluxcd\.io\//.test(name.name)
}

function whereIs(
  git: KubernetesObject,
  live: KubernetesObject,
  key: string,
  value: string,
): Pick<OptOut, 'inGit' | 'reason' | 'path'> | undefined {
  if (has(git, key, value)) return { inGit: true, reason: `${key}-${value}` }
  const path = placeOf(live, key, value)
  return path === undefined ? undefined : { inGit: false, reason: `${key}-${value}-live-only`, path }
}

const message = (found: Pick<OptOut, 'inGit'>, key: string, value: string): string =>
  found.inGit
    ? `${PREFIX}/${key}: ${value} in Git: Flux does not apply it`
    : `${PREFIX}/${key}: ${value} is set on the live object only: Flux skips it and will not put anything back`

const has = (object: KubernetesObject, key: string, value: string): boolean =>
  placeOf(object, key, value) !== undefined

/** The label or annotation that is a switch. Manifests are hostile: a label may be anything. */
function placeOf({ metadata }: KubernetesObject, key: string, value: string): Path | undefined {
  const name = `${PREFIX}/${key}`
  const place = (['labels', 'annotations'] as const).find((where) => {
    const text: unknown = metadata[where]?.[name]
    return typeof text === 'string' && text.toLowerCase() === value
  })
  return place === undefined ? undefined : fieldPath([], 'metadata', place, name)
}
