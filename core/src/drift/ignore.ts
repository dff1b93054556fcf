import { isRecord, type KubernetesObject } from '../object.js'
import { formatPointer, type Path } from '../pointer.js'
import { readTarget, type Target } from './rules/target.js'

/**
 * One rule of a Kustomization's `spec.ignore` (Flux 2.9), or of a HelmRelease's `spec.driftDetection.ignore`: fields
 * that Flux itself leaves alone.
 */
export interface IgnoreRule {
  readonly paths: readonly string[]
  readonly target: Readonly<Record<string, unknown>>
}

/**
 * Reads the `ignore` of a Kustomization's `spec`, or of a HelmRelease's `spec.driftDetection`; rules that cannot be
 * read are left out, as they ignore nothing.
 */
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

const compiled = new WeakMap<IgnoreRule['target'], Target>()

/** Selectors that cannot be read select nothing: then drift is shown rather than hidden. */
export function selects(target: IgnoreRule['target'], object: KubernetesObject): boolean {
  const known = compiled.get(target) ?? compile(target)
  compiled.set(target, known)
  return known(object)
}

function compile(target: IgnoreRule['target']): Target {
  try {
    return readTarget(target)
  } catch {
    return () => false
  }
}
