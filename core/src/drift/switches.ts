import type { KubernetesObject } from '../object.js'
import { isIgnoredByFlux, type IgnoreRule } from './ignore.js'

/** An object taken out of Flux's hands by a label or annotation. */
export interface OptOut {
  /** False: the switch is on the live object alone, where Git does not have it. */
  readonly inGit: boolean
  readonly reason: string
  readonly message: string
  /** `ssa: Merge` keeps others' fields but goes on applying Git's. */
  readonly merge: boolean
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
    ['ssa', 'ignore'],
  ] as const) {
    const found = whereIs(git, live, key, value)
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
  return !has(git, 'ssa', 'merge') && has(live, 'ssa', 'merge')
    ? {
        inGit: false,
        reason: 'ssa-merge',
        merge: true,
        message: `${PREFIX}/ssa: Merge is set on the live object only: Flux keeps what others added`,
      }
    : undefined
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
  const inGit = isSet(git, DRIFT_DETECTION, 'disabled')
  if (!inGit && !isSet(live, DRIFT_DETECTION, 'disabled')) return undefined
  return {
    inGit,
    reason: inGit ? 'drift-detection-disabled' : 'drift-detection-disabled-live-only',
    message: inGit
      ? `${DRIFT_DETECTION}: disabled in the release: Flux lets it drift`
      : `${DRIFT_DETECTION}: disabled is set on the live object only: Flux skips it and will not put anything back`,
    merge: false,
  }
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

function whereIs(
  git: KubernetesObject,
  live: KubernetesObject,
  key: string,
  value: string,
): Pick<OptOut, 'inGit' | 'reason'> | undefined {
  if (has(git, key, value)) return { inGit: true, reason: `${key}-${value}` }
  return has(live, key, value) ? { inGit: false, reason: `${key}-${value}-live-only` } : undefined
}

const message = (found: Pick<OptOut, 'inGit'>, key: string, value: string): string =>
  found.inGit
    ? `${PREFIX}/${key}: ${value} in Git: Flux does not apply it`
    : `${PREFIX}/${key}: ${value} is set on the live object only: Flux skips it and will not put anything back`

const has = (object: KubernetesObject, key: string, value: string): boolean =>
  isSet(object, `${PREFIX}/${key}`, value)

/** Manifests are hostile: a label may be anything. */
function isSet({ metadata }: KubernetesObject, name: string, value: string): boolean {
  const found: readonly unknown[] = [metadata.labels?.[name], metadata.annotations?.[name]]
  return found.some((text) => typeof text === 'string' && text.toLowerCase() === value)
}
