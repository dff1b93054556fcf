import { readyCondition } from '../desired/kustomization.js'
import type { DriftDetectionMode, Snapshot } from '../desired/helm-release.js'
import { MASK } from '../drift/mask.js'
import type { HelmReleaseRecord } from '../drift/report.js'
import { helmFindingOf } from './helm-finding.js'
import type { HelmPlan } from './helm-plan.js'
import { helmSecretValues } from './helm-secrets.js'

/** Says of a HelmRelease what its objects cannot: its chart and release, waiting, failing, suspended, unreadable. */
export function helmReleaseRecord(plan: HelmPlan, objects: number): HelmReleaseRecord {
  const { release, baseline } = plan
  const { apiVersion, namespace, name, suspended, interval, driftDetection } = release
  const { message, ...finding } = helmFindingOf(plan)
  return {
    apiVersion,
    kind: 'HelmRelease',
    namespace,
    name,
    ...finding,
    ...(message === undefined ? {} : { message: withoutSecrets(message, plan) }),
    ...(baseline.kind === 'never' || baseline.kind === 'uninstalled' ? {} : releaseFacts(baseline.current)),
    suspended,
    ...(interval === undefined ? {} : { interval }),
    driftDetection,
    objects,
  }
}

/** Helm quotes manifests and values where it fails at them. */
function withoutSecrets(message: string, plan: HelmPlan): string {
  const secrets = [...helmSecretValues(plan)].filter((secret) => secret.length >= 4)
  return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), message)
}

function releaseFacts(snapshot: Snapshot): Pick<HelmReleaseRecord, 'chart' | 'release' | 'lastDeployed'> {
  const { namespace, name, version, status, chartName, chartVersion, appVersion, lastDeployed } = snapshot
  return {
    chart: {
      ...(chartName === undefined ? {} : { name: chartName }),
      ...(chartVersion === undefined ? {} : { version: chartVersion }),
      ...(appVersion === undefined ? {} : { appVersion }),
    },
    release: { namespace, name, version, ...(status === '' ? {} : { status }) },
    ...(lastDeployed === undefined ? {} : { lastDeployed }),
  }
}

/** Why Flux will not put anything of a release back for now; undefined when it will at its next reconcile. */
export function helmHeldBecause({ release, baseline, overtaken }: HelmPlan): string | undefined {
  const { namespace, name, suspended, status, driftDetection } = release
  if (suspended) return `HelmRelease ${namespace}/${name} is suspended`
  if (overtaken) return undefined
  const ready = readyCondition(status.conditions)
  const isFailing = ready?.status === 'False'
  if (isFailing && ready.reason === 'DependencyNotReady') return 'Flux waits for a dependency'
  if (isFailing || baseline.kind === 'mixed')
    return `the newest attempt of Flux at HelmRelease ${namespace}/${name} has not succeeded`
  return LEFT_ALONE[driftDetection]
}

const LEFT_ALONE: Readonly<Record<DriftDetectionMode, string | undefined>> = {
  enabled: undefined,
  warn: 'with spec.driftDetection.mode warn it only tells of drift, until it upgrades the release',
  disabled: 'spec.driftDetection is not enabled, so it puts nothing back until it upgrades the release',
}

/** Why Flux will upgrade the release, and so put back all that it declares; undefined where it will not. */
export const helmUpgradeBecause = ({ overtaken }: HelmPlan): string | undefined =>
  overtaken ? 'Flux will upgrade over the release that it did not make' : undefined
