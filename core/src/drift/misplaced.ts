import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import type { Path } from '../pointer.js'
import { selects, type IgnoreRule } from './ignore.js'
import { own } from './lookup.js'
import { keyElement } from './merge-key.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'

interface Place {
  readonly git: unknown
  readonly live: unknown
  readonly type: FieldType
  readonly path: Path
}

/**
 * The lists in which a rule of `spec.ignore` means one item of Git and another one of the cluster: pointers count
 * positions, and Flux copies what it finds there from one to the other.
 * Source: fluxcd/pkg ssa/manager_apply.go computeDriftedPaths, applyDriftResult.
 */
export function misplacedIgnores(
  rules: readonly IgnoreRule[],
  git: KubernetesObject,
  live: KubernetesObject,
  type: FieldType = UNKNOWN_TYPE,
): readonly Path[] {
  const pointers = rules.filter(({ target }) => selects(target, live)).flatMap(({ paths }) => paths)
  return pointers.flatMap((pointer) => misplaced(pointer.split('/').slice(1), { git, live, type, path: [] }))
}

function misplaced(steps: readonly string[], place: Place): readonly Path[] {
  const [text, ...rest] = steps
  if (text === undefined) return []
  const name = text.replaceAll('~1', '/').replaceAll('~0', '~')
  const { git, live, type, path } = place
  if (isRecord(git) && isRecord(live)) {
    const element = { kind: 'field', name } as const
    return misplaced(rest, {
      ...{ git: own(git, name), live: own(live, name), type: typeBelow(type, element) },
      path: [...path, element],
    })
  }
  return Array.isArray(git) && Array.isArray(live)
    ? inList(Number(name), rest, { git, live, type, path })
    : []
}

interface Lists extends Place {
  readonly git: readonly unknown[]
  readonly live: readonly unknown[]
}

function inList(index: number, rest: readonly string[], { git, live, type, path }: Lists): readonly Path[] {
  if (type.kind !== 'list' || type.relation !== 'map') return []
  const element = keyElement(live[index], type.keys, index)
  const theirs = keyElement(git[index], type.keys, index)
  if (element === undefined || formatJson(element.keys) !== formatJson(theirs?.keys)) return [path]
  return misplaced(rest, { git: git[index], live: live[index], type: type.item, path: [...path, element] })
}
