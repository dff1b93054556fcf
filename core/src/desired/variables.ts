import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import type { Kustomization } from './kustomization.js'
import { failure } from './substitution/failure.js'

/** The variables of `spec.postBuild`, merged; values without newlines. */
export interface Variables {
  readonly values: ReadonlyMap<string, string>
  /** Those of `values` that a Secret provides. */
  readonly secretNames: ReadonlySet<string>
  /** Those of `values` that are not text: a Secret may hold any bytes. Their values here are empty. */
  readonly binaryNames: ReadonlySet<string>
}

/** An object that `spec.postBuild.substituteFrom` names; it lives beside the Kustomization. */
export interface SubstituteReference {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  /** True where the object may be absent. */
  readonly optional: boolean
}

/** What such an object holds; undefined for bytes that are no text. */
export interface VariableSource {
  readonly kind: SubstituteReference['kind']
  readonly data: ReadonlyMap<string, string | undefined>
}

type Spec = Kustomization['spec']

export const NO_VARIABLES: Variables = {
  values: new Map(),
  secretNames: new Set(),
  binaryNames: new Set(),
}

const NAME_RULE = '^[_[:alpha:]][_[:alpha:][:digit:]]*$'
const NAME = /^[_A-Za-z][_A-Za-z0-9]*$/

const postBuildOf = (spec: Spec): Spec => (isRecord(spec.postBuild) ? spec.postBuild : {})

/** The objects with variables, in the order in which later ones win; kinds that the controller does not know are left out. */
export function substituteReferences(spec: Spec): readonly SubstituteReference[] {
  const written = postBuildOf(spec).substituteFrom
  return (Array.isArray(written) ? written : []).filter(isRecord).flatMap((item) => {
    const { kind, name, optional } = item
    if (kind !== 'ConfigMap' && kind !== 'Secret') return []
    return [{ kind, name: typeof name === 'string' ? name : '', optional: optional === true }]
  })
}

/**
 * Merges variables: of the sources a later one wins, `spec.postBuild.substitute` wins over all of them.
 * Source: fluxcd/pkg kustomize, LoadVariables and SubstituteVariables.
 * @throws GitOpsError BUILD_FAILED where an inline value is no string
 */
export function mergeVariables(spec: Spec, sources: readonly VariableSource[]): Variables {
  const values = new Map<string, string>()
  const secretNames = new Set<string>()
  const binaryNames = new Set<string>()
  const inline: VariableSource = { kind: 'ConfigMap', data: inlineValues(spec) }
  for (const { kind, data } of [...sources, inline]) {
    for (const [name, value] of data) {
      values.set(name, (value ?? '').replaceAll('\n', ''))
      mark(secretNames, name, kind === 'Secret')
      mark(binaryNames, name, value === undefined)
    }
  }
  return { values, secretNames, binaryNames }
}

function mark(names: Set<string>, name: string, isMember: boolean): void {
  if (isMember) names.add(name)
  else names.delete(name)
}

function inlineValues(spec: Spec): ReadonlyMap<string, string> {
  const written = postBuildOf(spec).substitute
  const entries = Object.entries(isRecord(written) ? written : {})
  return new Map(
    entries.map(([name, value]) => {
      if (typeof value === 'string') return [name, value]
      throw failure(
        `.spec.postBuild.substitute accessor error: contains non-string value in the map: ${name}`,
      )
    }),
  )
}

/**
 * Does the controller substitute at all? With `spec.postBuild` it does where there is a variable, or where
 * `substituteStrategy` is `Always` (kustomize-controller 1.9).
 */
export function isSubstituted(spec: Spec, variables: Variables): boolean {
  if (!isRecord(spec.postBuild)) return false
  return variables.values.size > 0 || spec.postBuild.substituteStrategy === 'Always'
}

/**
 * The controller checks the name of every variable, used or not.
 * @throws GitOpsError BUILD_FAILED
 */
export function checkNames(variables: Variables): void {
  for (const name of variables.values.keys()) {
    if (!NAME.test(name)) throw failure(`'${name}' var name is invalid, must match '${NAME_RULE}'`)
  }
}

/**
 * The value of one variable; undefined where it is not set.
 * @throws GitOpsError SPEC_UNSUPPORTED where it is not text
 */
export function lookUp(variables: Variables, name: string): string | undefined {
  if (!variables.binaryNames.has(name)) return variables.values.get(name)
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: `the variable ${name} is not text`,
    why: 'its value in the Secret is not UTF-8',
  })
}

/** The values that output must not show. */
export function secretValues(variables: Variables): ReadonlySet<string> {
  const values = [...variables.secretNames].map((name) => variables.values.get(name) ?? '')
  return new Set(values.filter((value) => value !== ''))
}
