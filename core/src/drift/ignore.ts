import { isRecord, type KubernetesObject } from '../object.js'
import { formatPointer, type Path } from '../pointer.js'

/**
 * One rule of a Kustomization's `spec.ignore` (Flux 2.9), or of a HelmRelease's `spec.driftDetection.ignore`: fields
 * that Flux itself leaves alone.
 */
export interface IgnoreRule {
  readonly paths: readonly string[]
  readonly target: Readonly<Record<string, unknown>>
}

/** Reads the `ignore` of a spec, or of its `driftDetection`; rules that cannot be read are left out, as they ignore nothing. */
export function readIgnoreRules(spec: Readonly<Record<string, unknown>>): readonly IgnoreRule[] {
  const rules: readonly unknown[] = Array.isArray(spec.ignore) ? spec.ignore : []
  return rules.filter(isRecord).map((rule) => ({
    paths: Array.isArray(rule.paths)
      ? rule.paths.filter((path): path is string => typeof path === 'string')
      : [],
    target: isRecord(rule.target) ? rule.target : {},
  }))
}

/**
 * Does a rule cover this field? A pointer covers what stands at it and below it.
 * Source: fluxcd/pkg ssa/jsondiff (selectors are anchored regular expressions).
 */
export function isIgnoredByFlux(rules: readonly IgnoreRule[], object: KubernetesObject, path: Path): boolean {
  const pointer = formatPointer(path)
  return rules.some(
    (rule) => selects(rule.target, object) && rule.paths.some((prefix) => covers(prefix, pointer)),
  )
}

const covers = (prefix: string, pointer: string): boolean =>
  prefix === '' || pointer === prefix || pointer.startsWith(`${prefix}/`)

function selects(target: IgnoreRule['target'], object: KubernetesObject): boolean {
  const slash = object.apiVersion.indexOf('/')
  return (
    matches(target.group, slash < 0 ? '' : object.apiVersion.slice(0, slash)) &&
    matches(target.version, object.apiVersion.slice(slash + 1)) &&
    matches(target.kind, object.kind) &&
    matches(target.name, object.metadata.name) &&
    matches(target.namespace, object.metadata.namespace ?? '') &&
    hasLabels(target.labelSelector, object.metadata.labels) &&
    hasLabels(target.annotationSelector, object.metadata.annotations)
  )
}

/** Go's regular expressions take linear time; JavaScript's may not come back from repeated groups. */
const isCostly = (pattern: string): boolean =>
  pattern.length > 256 || /\)[+*{]/.test(pattern) || (pattern.match(/[+*{]/g) ?? []).length > 3

/** Patterns that cannot be read match nothing: then drift is shown rather than hidden. */
function matches(pattern: unknown, value: string): boolean {
  if (typeof pattern !== 'string' || pattern === '') return true
  if (isCostly(pattern)) return false
  try {
    return new RegExp(`^(?:${pattern})$`).test(value)
  } catch {
    return false
  }
}

/** Equality terms of a label selector; a selector in set notation selects nothing here. */
function hasLabels(selector: unknown, labels: Readonly<Record<string, string>> = {}): boolean {
  if (typeof selector !== 'string' || selector === '') return true
  return selector.split(',').every((term) => {
    const match = /^\s*([^=!\s]+)\s*(?:(==?|!=)\s*([^\s]*))?\s*$/.exec(term)
    if (match === null) return false
    const [, name = '', operator, value] = match
    if (operator === undefined) return Object.hasOwn(labels, name)
    return operator === '!=' ? labels[name] !== value : labels[name] === value
  })
}
