import { displayName, keyOf, keyString, type KubernetesObject } from '../../object.js'
import { failure } from './failure.js'

/**
 * Refuses two objects that a substitution gave the same name, as the controller does; kustomize has refused
 * those that had it before. Source: kustomize api, resWrangler.Replace.
 * @throws GitOpsError BUILD_FAILED
 */
export function refuseDuplicates(objects: readonly KubernetesObject[]): void {
  const seen = new Set<string>()
  for (const object of objects) {
    const key = keyOf(object)
    const namespace = key.namespace === '' ? 'default' : key.namespace
    const id = keyString({ ...key, group: object.apiVersion, namespace })
    if (seen.has(id)) {
      const what = `two resources are ${displayName(key)} after substitution`
      throw failure('in Replace: id matched 2 resources', what)
    }
    seen.add(id)
  }
}
