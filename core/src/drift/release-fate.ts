import type { KubernetesObject, ManagedFieldsEntry } from '../object.js'
import type { Path } from '../pointer.js'
import { HELM_MANAGER, type Applier } from './actor.js'
import type { Difference } from './compare.js'

/**
 * Why helm-controller's correction of drift leaves a field as it is; undefined where it does not.
 * Source: fluxcd/pkg ssa/jsondiff/unstructured.go diffUnstructuredMetadata.
 */
export function beyondCorrection(path: Path): string | undefined {
  const [top, name] = path.slice(0, 2).map((element) => (element.kind === 'field' ? element.name : ''))
  if (top !== 'metadata' || name === 'labels' || name === 'annotations') return undefined
  return 'of metadata helm-controller compares labels and annotations alone'
}

/**
 * Why the server will refuse the patch by which helm-controller corrects this object. It masks a Secret's values for
 * its log in the very patch that it then sends, and `***` is no base64; the rest of that patch falls with it.
 * Source: helm-controller 1.6 internal/reconcile/atomic_release.go actionForState, fluxcd/pkg ssa/jsondiff/mask.go
 * MaskSecretPatchData; fluxcd/helm-controller#925.
 */
export function refusedPatch(
  { git, applier }: { readonly git: KubernetesObject; readonly applier: Applier },
  differences: readonly Difference[],
): string | undefined {
  if (applier !== HELM_MANAGER || git.kind !== 'Secret') return undefined
  const isInData = differences.some(({ path: [first] }) => first?.kind === 'field' && first.name === 'data')
  return isInData
    ? 'helm-controller masks values of a Secret before it sends them, which the server refuses'
    : undefined
}

/**
 * What the helm command once created and Flux has adopted since: without server-side apply that entry owns the
 * server's defaults as well, which nobody has added.
 */
export const isOlderInstall = ({ manager, operation }: ManagedFieldsEntry): boolean =>
  manager === 'helm' && operation === 'Update'
