import { isRecord, type KubernetesObject } from '../object.js'
import { pathIdentity, type Path } from '../pointer.js'
import { HELM_MANAGER, isFluxApply, isTakenOver } from './actor.js'
import { selects } from './ignore.js'
import { valueAt } from './lookup.js'
import { holdersOf } from './managed-fields.js'
import { keyElement } from './merge-key.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'
import { isWritten, type Occasion } from './writing.js'

/** A path that `spec.ignore` names, where Flux's apply would change something, and what Flux sends there instead. */
export interface Adoption {
  readonly path: Path
  /** The live value; null, for there is none; or nothing, for another manager applies it. */
  readonly sends: 'live' | 'null' | 'nothing'
}

/**
 * What becomes of the paths that `spec.ignore` names when Flux writes the object for some other reason.
 * Source: fluxcd/pkg ssa/manager_apply.go computeDriftedPaths, applyDriftResult.
 */
export function adoptionsOf(it: Occasion): readonly Adoption[] {
  if (it.applier === HELM_MANAGER || it.ignore.length === 0 || !isWritten(it)) return []
  return ignoredPaths(it)
    .filter((path) => isTouched(it, path))
    .map((path) => ({ path, sends: sent(it, path) }))
}

function sent(it: Occasion, path: Path): Adoption['sends'] {
  const rivals = it.entries.filter(
    (entry) =>
      entry.operation === 'Apply' &&
      !entry.subresource &&
      !isFluxApply(entry, it.applier) &&
      !isTakenOver(entry, it.applier),
  )
  if (holdersOf(rivals, path, it.type).length > 0) return 'nothing'
  return valueAt(it.live, path, it.type ?? UNKNOWN_TYPE) === undefined ? 'null' : 'live'
}

/** Would Flux's apply change anything there? */
function isTouched(it: Occasion, path: Path): boolean {
  const { differences, equivalent } = it.comparison
  const lists = equivalent.filter((one) => one.reduce(typeBelow, it.type ?? UNKNOWN_TYPE).kind === 'list')
  return [...differences.map((one) => one.path), ...lists].some(
    (one) => isBelow(one, path) || isBelow(path, one),
  )
}

/** Is a path another one, or below it? */
export const isBelow = (path: Path, above: Path): boolean =>
  above.length <= path.length && pathIdentity(path.slice(0, above.length)) === pathIdentity(above)

function ignoredPaths({ ignore, git, live, type = UNKNOWN_TYPE }: Occasion): readonly Path[] {
  const pointers = ignore.filter(({ target }) => selects(target, live)).flatMap(({ paths }) => paths)
  return pointers.flatMap((pointer) => {
    const path = pathOf(pointer, git, live, type)
    return path === undefined ? [] : [path]
  })
}

/** The path that a pointer means in Git, its positions counted there. */
function pathOf(
  pointer: string,
  git: KubernetesObject,
  live: KubernetesObject,
  root: FieldType,
): Path | undefined {
  const path: Path[number][] = []
  let at: unknown = git
  let type = root
  for (const text of pointer.split('/').slice(1)) {
    const element = elementOf(at, type, text.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (element === undefined) return undefined
    path.push(element)
    at = valueAt(at, [element], type)
    type = typeBelow(type, element)
  }
  return at === undefined && valueAt(live, path, root) === undefined ? undefined : path
}

function elementOf(value: unknown, type: FieldType, name: string): Path[number] | undefined {
  if (!Array.isArray(value)) return { kind: 'field', name }
  const index = Number(name)
  return type.kind === 'list' && type.relation === 'map'
    ? keyElement(value[index], type.keys, index)
    : { kind: 'index', index }
}

/** Is anything more than one value at stake there? */
export const isComposite = ({ git, live, type }: Occasion, path: Path): boolean =>
  [git, live].some((side) => {
    const value = valueAt(side, path, type ?? UNKNOWN_TYPE)
    return isRecord(value) || Array.isArray(value)
  })
