import type { HelmRelease, Snapshot } from './helm-release.js'

/** The release that the live objects come from, as far as Flux has recorded it. */
export type HelmBaseline =
  /** Nothing was ever installed. */
  | { readonly kind: 'never' }
  /** The newest thing that happened is that it was uninstalled. */
  | { readonly kind: 'uninstalled'; readonly latest: Snapshot }
  | { readonly kind: 'released'; readonly latest: Snapshot; readonly current: Snapshot }
  /** The newest release failed, or runs: objects may be of it or of the last good one. */
  | { readonly kind: 'mixed'; readonly latest: Snapshot; readonly current: Snapshot }

/** Releases that Helm finished; with no word for it there is only one that is known. */
const GOOD = new Set(['deployed', 'superseded', ''])

/**
 * Which release the objects of a HelmRelease were installed by. A first release that failed, or runs, is all there is.
 * Source: helm pkg/release/common status.go; helm-controller api/v2 snapshot_types.go Latest, Previous.
 */
export function helmBaselineOf({ status }: Pick<HelmRelease, 'status'>): HelmBaseline {
  const [latest, ...older] = status.history
  if (latest === undefined) return { kind: 'never' }
  if (latest.status === 'uninstalled' || latest.status === 'uninstalling')
    return { kind: 'uninstalled', latest }
  const good = GOOD.has(latest.status) ? latest : older.find((one) => GOOD.has(one.status))
  if (good === undefined || good === latest) return { kind: 'released', latest, current: latest }
  return { kind: 'mixed', latest, current: good }
}
