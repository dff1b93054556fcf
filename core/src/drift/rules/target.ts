import { groupVersion, type KubernetesObject } from '../../object.js'
import { anchoredPattern, type AnchoredPattern } from './anchored-pattern.js'
import { labelSelector } from './label-selector.js'

/** Answers whether an object is one of those that a rule is for. */
export type Target = (object: KubernetesObject) => boolean

/** What a target may say; each is optional, and all that are given must hold. */
export const TARGET_FIELDS = [
  'group',
  'version',
  'kind',
  'name',
  'namespace',
  'labelSelector',
  'annotationSelector',
] as const
export type TargetField = (typeof TARGET_FIELDS)[number]

/**
 * Reads a selector as kustomize and Flux have it: anchored regular expressions for the parts of the identity, label
 * selectors for labels and annotations; an empty one selects everything. Throws a SyntaxError for what cannot be read.
 * Source: fluxcd/pkg ssa/jsondiff, kustomize api/types/selector.go.
 */
export function readTarget(target: Readonly<Partial<Record<TargetField, unknown>>>): Target {
  const tests = TARGET_FIELDS.flatMap((field) => {
    const text = target[field]
    return typeof text === 'string' && text !== '' ? [fieldTest(field, text)] : []
  })
  return (object) => tests.every((test) => test(object))
}

const LONGEST = 1024

/** The test of one field of a target. Throws a SyntaxError. */
export function fieldTest(field: TargetField, text: string): Target {
  if (text.length > LONGEST) throw new SyntaxError(`it is longer than ${LONGEST} characters`)
  if (field === 'labelSelector' || field === 'annotationSelector') {
    const selects = labelSelector(text)
    return ({ metadata }) => selects(field === 'labelSelector' ? metadata.labels : metadata.annotations)
  }
  const matches: AnchoredPattern = anchoredPattern(text)
  return (object) => matches(partOf(object, field))
}

function partOf(object: KubernetesObject, field: Exclude<TargetField, `${string}Selector`>): string {
  switch (field) {
    case 'group':
    case 'version':
      return groupVersion(object.apiVersion)[field]
    case 'kind':
      return object.kind
    case 'name':
    case 'namespace':
      return object.metadata[field] ?? ''
  }
}
