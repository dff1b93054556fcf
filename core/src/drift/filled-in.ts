import { isRecord } from '../object.js'
import { mayBeDefault } from './defaults.js'
import { own } from './lookup.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'

interface Place {
  readonly git: unknown
  readonly live: unknown
  readonly type: FieldType | undefined
}

/**
 * Has live a field more than Git, inside a value that is replaced as one, that the server does not fill in? Then
 * somebody put it there. False where that is not known.
 */
export function isMoreThanFilledIn({ git, live, type = UNKNOWN_TYPE }: Place, custom: boolean): boolean {
  if (Array.isArray(git) && Array.isArray(live)) {
    const item = type.kind === 'list' ? type.item : UNKNOWN_TYPE
    return live.some((value: unknown, i) =>
      isMoreThanFilledIn({ git: git[i], live: value, type: item }, custom),
    )
  }
  if (!isRecord(git) || !isRecord(live)) return false
  return Object.keys(live).some((name) => {
    const below = typeBelow(type, { kind: 'field', name })
    if (Object.hasOwn(git, name))
      return isMoreThanFilledIn({ git: own(git, name), live: live[name], type: below }, custom)
    return custom ? below.kind === 'scalar' && below.default === undefined : isForeign(type, name)
  })
}

/** The schema has the field, and no kind that is built in has a default for one of its name. */
const isForeign = (type: FieldType, name: string): boolean =>
  type.kind === 'map' && type.field(name) !== undefined && !mayBeDefault(name)

/** Does live have a field, anywhere below, that Git does not have? */
export function hasMore(git: unknown, live: unknown): boolean {
  if (Array.isArray(git) && Array.isArray(live)) return live.some((value, i) => hasMore(git[i], value))
  if (isRecord(git) && isRecord(live)) {
    return Object.keys(live).some((name) => !Object.hasOwn(git, name) || hasMore(git[name], live[name]))
  }
  return false
}
