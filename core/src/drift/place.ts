import { isRecord } from '../object.js'
import { fieldPath, type Path } from '../pointer.js'
import { UNKNOWN_TYPE, type FieldType } from './schema.js'

/** One position in Git's object and in the live one. */
export interface Place {
  readonly git: unknown
  readonly live: unknown
  /** Undefined: the schema above is known and has no such field. */
  readonly type: FieldType | undefined
  readonly path: Path
}

/** One step down to a named field, on both sides and in the schema. */
export function below(place: Place, name: string): Place {
  const { type = UNKNOWN_TYPE } = place
  return {
    git: own(place.git, name),
    live: own(place.live, name),
    type: type.kind === 'map' ? type.field(name) : UNKNOWN_TYPE,
    path: fieldPath(place.path, name),
  }
}

/** One step down to the items of one position in two lists. */
export function at(
  { type, path }: Place,
  git: readonly unknown[],
  live: readonly unknown[],
  index: number,
): Place {
  const item = type?.kind === 'list' ? type.item : UNKNOWN_TYPE
  return { git: git[index], live: live[index], type: item, path: [...path, { kind: 'index', index }] }
}

const own = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
