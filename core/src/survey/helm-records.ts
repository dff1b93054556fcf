import type { HelmReleaseRecord, ObjectRecord } from '../drift/report.js'
import type { ShowSides } from '../drift/sides.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { helmObjectRecords } from './helm-objects.js'
import type { HelmPlan, HelmState } from './helm-plan.js'
import { helmReleaseRecord } from './helm-record.js'
import type { Reading } from './reading.js'

/** What a report says of HelmReleases and their objects. */
export interface HelmRecords {
  readonly releases: readonly HelmReleaseRecord[]
  readonly objects: readonly ObjectRecord[]
  readonly notes: readonly string[]
}

/**
 * Judges all HelmReleases; with a namespace, those that belong to it or have objects there.
 * @param show told the sides of objects that are not as their release says
 */
export function helmRecords(
  state: HelmState,
  reading: Reading,
  namespace: string | undefined,
  show?: ShowSides,
): HelmRecords {
  const perPlan = state.plans
    .map((plan) => ({
      plan,
      records: helmObjectRecords(plan, reading, show).filter((one) => isIn(one, namespace)),
    }))
    .filter(({ plan, records }) => records.length > 0 || concerns(plan, namespace))
  return {
    releases: perPlan.map(({ plan, records }) => helmReleaseRecord(plan, records.length)),
    objects: perPlan.flatMap(({ records }) => records),
    notes: [...state.notes, ...leftOut(perPlan.map(({ plan }) => plan))],
  }
}

const isIn = (record: ObjectRecord, namespace: string | undefined): boolean =>
  namespace === undefined || record.namespace === namespace || record.owner.namespace === namespace

/** Does a HelmRelease belong to a namespace, or put objects there, even if nothing of it can be read now? */
function concerns({ release }: HelmPlan, wanted: string | undefined): boolean {
  if (wanted === undefined || release.namespace === wanted || release.targetNamespace === wanted) return true
  return release.status.inventory.some((entry) => parseInventoryEntry(entry)?.key.namespace === wanted)
}

/** What Helm installs and does not keep: said once, not for every release. */
function leftOut(plans: readonly HelmPlan[]): readonly string[] {
  const stored = plans.flatMap(({ build }) => (build?.ok === true ? [build.build.stored] : []))
  const hooks = stored.filter((one) => one.hooks.length > 0)
  const crds = stored.filter((one) => one.crdFiles > 0)
  return [
    ...(hooks.length === 0
      ? []
      : [`hooks of Helm releases (${namesOf(hooks)}) are not compared: Helm runs them and lets them go`]),
    ...(crds.length === 0
      ? []
      : [
          `CustomResourceDefinitions in crds folders of charts (${namesOf(crds)}) are not compared: ` +
            'they are not part of the release that Helm keeps',
        ]),
  ]
}

function namesOf(releases: readonly { readonly namespace: string; readonly name: string }[]): string {
  const names = releases.map(({ namespace, name }) => `${namespace}/${name}`).sort()
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}
