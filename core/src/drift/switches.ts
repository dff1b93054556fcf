import type { KubernetesObject } from '../object.js'
import { fieldPath, type Path } from '../pointer.js'
import { isIgnoredByFlux, type IgnoreRule } from './ignore.js'

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

const DRIFT_DETECTION = 'helm.toolkit.fluxcd.io/driftDetection'

/**
 * Is an object of a release left out of helm-controller's drift detection, by a switch on it or by a rule for the
 * whole of it?
 * Source: helm-controller internal/action/diff.go; fluxcd/pkg ssa/jsondiff/unstructured.go Unstructured.
 */
export function driftOptOut(
  git: KubernetesObject,
  live: KubernetesObject,
  ignore: readonly IgnoreRule[],
): OptOut | undefined {
  if (isIgnoredByFlux(ignore, live, [])) {
    const message = 'spec.driftDetection.ignore of its HelmRelease leaves out the whole object'
    return { inGit: true, reason: 'drift-detection-ignored', message, merge: false }
  }
  const inGit = switchPlace(git, DRIFT_DETECTION, 'disabled') !== undefined
  const path = switchPlace(live, DRIFT_DETECTION, 'disabled')
  if (!inGit && path === undefined) return undefined
  return {
    inGit,
    reason: inGit ? 'drift-detection-disabled' : 'drift-detection-disabled-live-only',
    message: inGit
      ? `${DRIFT_DETECTION}: disabled in the release: Flux lets it drift`
      : `${DRIFT_DETECTION}: disabled is set on the live object only: Flux skips it and will not put anything back`,
    merge: false,
    ...(inGit || path === undefined ? {} : { path }),
  }
}

/** Why Flux does not create an object that is not there; undefined where it will. */
export function neverCreated(git: KubernetesObject): OptOut | undefined {
  const out = optOut(git, git)
  return out?.reason === 'ssa-if-not-present' ? undefined : out
}

/** Does Git allow others to add fields (`ssa: Merge`)? */
export function allowsOthers(git: KubernetesObject): boolean {
  return has(git, 'ssa', 'merge')
}

/** Does Flux delete and create this object again where it cannot be changed (`force: enabled`)? */
export function isRecreated(git: KubernetesObject, live: KubernetesObject): boolean {
  return has(git, 'force', 'enabled') || has(live, 'force', 'enabled')
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

const placeOf = (object: KubernetesObject, key: string, value: string): Path | undefined =>
  switchPlace(object, `${PREFIX}/${key}`, value)

/** The label or annotation that is a switch. Manifests are hostile: a label may be anything. */
function switchPlace({ metadata }: KubernetesObject, name: string, value: string): Path | undefined {
  const place = (['labels', 'annotations'] as const).find((where) => {
    const text: unknown = metadata[where]?.[name]
    return typeof text === 'string' && text.toLowerCase() === value
  })
  return place === undefined ? undefined : fieldPath([], 'metadata', place, name)
}
