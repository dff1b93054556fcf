import { GitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { splitResources } from './substitution/resource-text.js'
import { readPrintedYaml } from './yaml.js'

/**
 * Reads what kustomize printed into the objects that Flux applies, in its order. A document with `items` is
 * taken apart; one without apiVersion, kind or name, and kustomize's own Kustomization, is passed over.
 * Source: fluxcd/pkg ssa/utils/object.go ReadObjects, is.go.
 * @throws GitOpsError BUILD_FAILED where a document is no object at all, YAML_INVALID
 */
export function readObjects(text: string): readonly KubernetesObject[] {
  return readPrintedYaml(text, 'the build').flatMap(readDocument)
}

function readDocument(document: unknown): readonly KubernetesObject[] {
  if (!isRecord(document) || typeof document.kind !== 'string' || document.kind === '') throw undecodable()
  const { items } = document
  if (Array.isArray(items)) return (items as readonly unknown[]).map(readItem)
  return isObject(document) && !isKustomizeFile(document) ? [document] : []
}

function readItem(item: unknown): KubernetesObject {
  if (isObject(item)) return item
  throw undecodable()
}

/** Each is at the left edge of what kustomize prints, or of its metadata; only a line feed ends a line there. */
const REQUIRED = [
  /(?<![^\n])apiVersion: (?!""\n)/,
  /(?<![^\n])kind: (?!""\n)/,
  /(?<![^\n])metadata:\n(?:(?: {2}[^\n]*)?\n)*? {2}name: (?!""\n)/,
]

/**
 * Refuses a resource that lost its apiVersion, kind or name while kustomize built it: the controller looks at
 * that before it substitutes. Its own words repeat the whole resource, which may be a Secret.
 * Source: kustomize-controller internal/controller/kustomization_controller.go build.
 * @throws GitOpsError BUILD_FAILED
 */
export function refuseNameless(printed: string): void {
  if (splitResources(printed).every((text) => REQUIRED.every((field) => field.test(text)))) return
  throw new GitOpsError('BUILD_FAILED', {
    what: 'the build printed a resource that is no Kubernetes object',
    why: 'failed to decode Kubernetes apiVersion, kind and name from: ***',
  })
}

const undecodable = (): GitOpsError =>
  new GitOpsError('BUILD_FAILED', {
    what: 'the build printed a document that is no Kubernetes object',
    why: 'it has no apiVersion, kind or name',
  })

const isKustomizeFile = (object: KubernetesObject): boolean =>
  object.kind.toLowerCase() === 'kustomization' && object.apiVersion.startsWith('kustomize.config.k8s.io/')

function isObject(value: unknown): value is KubernetesObject {
  if (!isRecord(value) || !isRecord(value.metadata)) return false
  return [value.apiVersion, value.kind, value.metadata.name].every(
    (part) => typeof part === 'string' && part !== '',
  )
}
