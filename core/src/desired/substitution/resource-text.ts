import { isRecord } from '../../object.js'
import { readPrintedYaml } from '../yaml.js'

const SWITCH = 'kustomize.toolkit.fluxcd.io/substitute'

/** For JavaScript a line could begin behind U+2028 as well. */
const SEPARATOR = /(?<![^\n])---\n/

/** Takes what kustomize printed apart, a text for each resource; joined by `---` lines they are the whole again. */
export function splitResources(printed: string): readonly string[] {
  return printed === '' ? [] : printed.split(SEPARATOR)
}

/** Puts the texts of resources together again. */
export function joinResources(texts: readonly string[]): string {
  return texts.join('---\n')
}

/** True where the resource's label or annotation keeps substitution away from it. */
export function isSubstitutionDisabled(text: string): boolean {
  if (!text.includes(SWITCH)) return false
  const [resource] = readPrintedYaml(text, 'the build')
  const metadata = recordOf(recordOf(resource).metadata)
  return ['labels', 'annotations'].some((field) => recordOf(metadata[field])[SWITCH] === 'disabled')
}

/** What the controller calls a resource in its errors: `Deployment.v1.apps/podinfo`, core is `[noGrp]`. */
export function describeResource(text: string): string {
  const resource = recordOf(readPrintedYaml(text, 'the build')[0])
  const apiVersion = stringOf(resource.apiVersion)
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['[noGrp]', apiVersion]
  const name = stringOf(recordOf(resource.metadata).name)
  return `${stringOf(resource.kind)}.${version ?? ''}.${group ?? ''}/${name}`
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '')
