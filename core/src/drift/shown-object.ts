import { isRecord, without, type KubernetesObject } from '../object.js'
import { maskKnown } from './known-secret.js'
import { MASK, maskValue } from './mask.js'

/** A whole object as it may be shown: no secret value, wherever it landed. */
export function shownObject(object: KubernetesObject, secrets: ReadonlySet<string>): KubernetesObject {
  const shown = maskKnown(maskValue(object, [], object, MASK), secrets, MASK) as KubernetesObject
  return { ...shown, apiVersion: object.apiVersion, kind: object.kind }
}

/** What only tells how the server keeps an object, and how kubectl does. */
const BOOKKEEPING = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'annotations',
]
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** An object without status and bookkeeping: what somebody could have written. */
export function withoutBookkeeping(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = object
  const { annotations, name } = metadata
  const kept = isRecord(annotations) ? without(annotations, [LAST_APPLIED]) : {}
  return {
    ...without(object, ['status']),
    apiVersion,
    kind,
    metadata: {
      ...without(metadata, BOOKKEEPING),
      name,
      ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
    },
  }
}
