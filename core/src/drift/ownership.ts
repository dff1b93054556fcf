import type { ManagedFieldsEntry } from '../object.js'
import type { Path } from '../pointer.js'
import { isFluxApply, type Applier } from './actor.js'
import type { Circumstances } from './fate.js'
import { holdersOf } from './managed-fields.js'

/** Of the subresources only `scale` writes configuration. */
export const isForeign = (entry: ManagedFieldsEntry, applier: Applier): boolean =>
  !isFluxApply(entry, applier) && (!entry.subresource || entry.subresource === 'scale')

/** Flux's own set holds the path, in the version that live was read in, and nobody else's does. */
export function solelyFlux(
  { entries, live, type, applier }: Pick<Circumstances, 'entries' | 'live' | 'type' | 'applier'>,
  path: Path,
): boolean {
  const holders = holdersOf(entries, path, type)
  return (
    holders.length > 0 &&
    holders.every((entry) => isFluxApply(entry, applier) && entry.apiVersion === live.apiVersion)
  )
}
