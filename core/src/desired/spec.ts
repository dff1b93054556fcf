import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import type { Kustomization } from './kustomization.js'
import { specFields, type SpecField, type SpecFields } from './spec-fields.js'

type Spec = Readonly<Record<string, unknown>>

/** The API server takes no request that is larger (apiserver pkg/server/config.go, MaxRequestBodyBytes). */
const LARGEST_TEXT = 3 * 1024 * 1024
const MOST_VALUES = 100_000

/**
 * The fields of a spec that this product does not know, as `spec.patches[0].options`: a newer Flux may build
 * by them. Sorted; empty for kinds that are no Flux Kustomization or source.
 */
export function unknownFields(kind: string, apiVersion: string, spec: Spec): readonly string[] {
  const known = specFields(kind, apiVersion)
  return known === undefined ? [] : unknownIn(spec, known, 'spec').toSorted()
}

/** What unknown fields mean for a build; undefined where there are none. */
export function unknownFieldsNote(fields: readonly string[]): string | undefined {
  if (fields.length === 0) return undefined
  const [are, them] = fields.length === 1 ? ['is', 'it'] : ['are', 'them']
  return `${shortList(fields)} ${are} not known to this version of kubectl-gitops, which builds without ${them}`
}

/** The first few of many names. */
export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length <= 5 ? shown : `${shown} and ${names.length - 5} more`
}

/**
 * Refuses a Kustomization whose spec has a field of the wrong shape, in the API server's words for the first
 * one by name: it would have been refused there too. Nothing of a value is repeated but short texts that are no
 * secret: the API server does the same.
 * Source: the CustomResourceDefinition; k8s.io/kube-openapi pkg/validation.
 * @throws GitOpsError SPEC_INVALID, LIMIT_EXCEEDED
 */
export function refuseMalformed({ apiVersion, namespace, name, spec }: Kustomization): void {
  refuseHuge(spec, `${namespace}/${name}`)
  const fields = specFields('Kustomization', apiVersion) ?? {}
  const [why] = faultsIn({ type: 'object', fields, required: ['sourceRef'] }, spec, 'spec')
  if (why === undefined) return
  throw new GitOpsError('SPEC_INVALID', {
    what: `the spec of Kustomization ${namespace}/${name} is malformed`,
    why,
    tryThis: `kubectl explain kustomization.${why.slice(0, why.indexOf(':')).replace(/\[.*?\]/g, '')}`,
  })
}

function refuseHuge(spec: Spec, name: string): void {
  const left: unknown[] = [spec]
  let values = 0
  let text = 0
  while (left.length > 0) {
    const value = left.pop()
    values++
    if (typeof value === 'string') text += value.length
    const children: readonly unknown[] = Array.isArray(value)
      ? value
      : isRecord(value)
        ? Object.values(value)
        : []
    for (const child of children) left.push(child)
    if (values <= MOST_VALUES && text <= LARGEST_TEXT) continue
    throw new GitOpsError('LIMIT_EXCEEDED', {
      what: `the spec of Kustomization ${name} is larger than an object can be`,
      why: `it has more than ${MOST_VALUES} values or ${LARGEST_TEXT >> 20} MiB of text`,
    })
  }
}

function unknownIn(value: unknown, fields: SpecFields, path: string): readonly string[] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, field]) => {
    const at = `${path}.${/^[\w-]{1,63}$/.test(name) ? name : JSON.stringify(name.slice(0, 63))}`
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined
    return known === undefined ? [at] : unknownBelow(field, known, at)
  })
}

function unknownBelow(value: unknown, known: SpecField, path: string): readonly string[] {
  if (known.type === 'array' && Array.isArray(value))
    return value.flatMap((item, i) => unknownBelow(item, known.items, `${path}[${i}]`))
  return known.type === 'object' && 'fields' in known ? unknownIn(value, known.fields, path) : []
}

/** The faults of a value, in the order of names. */
function faultsIn(field: SpecField, value: unknown, path: string): readonly string[] {
  if (field.type === 'any') return []
  const type = typeOf(value)
  if (type !== field.type) return [wrongType(path, field.type, type)]
  if (field.type === 'string') return faultsOfText(field, value as string, path)
  if (field.type === 'array')
    return (value as readonly unknown[]).flatMap((item, i) => faultsIn(field.items, item, `${path}[${i}]`))
  return field.type === 'object' ? faultsOfObject(field, value as Spec, path) : []
}

const wrongType = (path: string, wanted: string, found: string): string =>
  `${path}: Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`

function faultsOfObject(
  field: Extract<SpecField, { readonly type: 'object' }>,
  value: Spec,
  path: string,
): readonly string[] {
  if ('values' in field)
    return Object.entries(value).flatMap(([name, one]) => faultsIn(field.values, one, `${path}.${name}`))
  const names = [...new Set([...field.required, ...Object.keys(field.fields)])].sort()
  return names.flatMap((name) => {
    const known = field.fields[name]
    // The server drops what is null before it looks.
    if (known === undefined || !Object.hasOwn(value, name) || value[name] === null)
      return field.required.includes(name) ? [`${path}.${name}: Required value`] : []
    return faultsIn(known, value[name], `${path}.${name}`)
  })
}

function faultsOfText(
  { oneOf, notEmpty, pattern }: Extract<SpecField, { readonly type: 'string' }>,
  value: string,
  path: string,
): readonly string[] {
  const shown = JSON.stringify(value.slice(0, 64))
  if (notEmpty === true && value === '')
    return [`${path}: Invalid value: "": ${path} in body should be at least 1 chars long`]
  if (oneOf !== undefined && !oneOf.includes(value)) {
    const supported = oneOf.map((one) => JSON.stringify(one)).join(', ')
    return [`${path}: Unsupported value: ${shown}: supported values: ${supported}`]
  }
  if (pattern === undefined || new RegExp(pattern).test(value)) return []
  return [`${path}: Invalid value: ${shown}: ${path} in body should match '${pattern}'`]
}

/** As JSON Schema calls it. */
function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'bigint' ? 'integer' : typeof value
}
