import { formatPointer, type Path } from '../pointer.js'

const ANNOTATIONS = '/metadata/annotations/'
const LAST_APPLIED = `${ANNOTATIONS}kubectl.kubernetes.io~1last-applied-configuration`
/** Why a person changed something, in the words of kubectl (kubectl annotate, rollout history). */
const CHANGE_CAUSE = `${ANNOTATIONS}kubernetes.io~1change-cause`
/** `flux reconcile` and its like ask by annotation (fluxcd/pkg apis/meta): a request, not configuration. */
const REQUESTS = `${ANNOTATIONS}reconcile.fluxcd.io~1`

/** kubectl's copy of the object, which no report shows. */
export const isKubectlRecord = (path: Path): boolean => formatPointer(path) === LAST_APPLIED

/** Does a field that only live has tell about changes, and configure nothing? */
export function isBookkeeping(path: Path): boolean {
  if (path.length !== 3) return false
  const pointer = formatPointer(path)
  return pointer === CHANGE_CAUSE || pointer.startsWith(REQUESTS)
}
