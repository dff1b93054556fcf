import { GitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { readPrintedYaml } from './yaml.js'

/**
 * Reads what kustomize printed into objects, in its order; a `List` is taken apart as Flux does.
 * @throws GitOpsError BUILD_FAILED where a document is no Kubernetes object
 */
export function readObjects(text: string): readonly KubernetesObject[] {
  return readPrintedYaml(text, 'the build').flatMap(flatten)
}

function flatten(document: unknown): readonly KubernetesObject[] {
  if (isRecord(document) && Array.isArray(document['items']) && String(document['kind']).endsWith('List')) {
    return document['items'].flatMap(flatten)
  }
  if (!isObject(document)) {
    throw new GitOpsError('BUILD_FAILED', {
      what: 'the build printed a document that is no Kubernetes object',
      why: 'failed to decode Kubernetes apiVersion, kind and name',
    })
  }
  return [document]
}

function isObject(value: unknown): value is KubernetesObject {
  if (!isRecord(value) || !isRecord(value['metadata'])) return false
  return [value['apiVersion'], value['kind'], value['metadata']['name']].every(
    (part) => typeof part === 'string' && part !== '',
  )
}
