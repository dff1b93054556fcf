import { isRecord } from '../../object.js'
import { stepInto, type Path, type PathElement } from '../../pointer.js'
import { keyElement } from '../merge-key.js'
import { UNKNOWN_TYPE, type FieldType } from '../schema.js'
import { matchesElement, matchesGlob, type FieldPattern, type Segment } from './field-pattern.js'

/** Two objects of which the first may have more. */
export interface Sides {
  readonly live: unknown
  readonly git: unknown
  readonly type: FieldType | undefined
}

/** Patterns that are looked for all at once: what they have in common is walked once. */
interface Branch {
  /** Does a pattern end here? */
  ends: boolean
  readonly names: Map<string, Branch>
  readonly others: { readonly segment: Segment; readonly branch: Branch }[]
}

export type PatternTree = Branch

/** Makes a tree of patterns. */
export function patternTree(patterns: readonly FieldPattern[]): PatternTree {
  const root = newBranch()
  for (const pattern of patterns) pattern.reduce(branchFor, root).ends = true
  return root
}

const newBranch = (): Branch => ({ ends: false, names: new Map(), others: [] })

function branchFor(parent: Branch, segment: Segment): Branch {
  const [name = ''] = segment.glob
  const isPlain = segment.kind === 'name' && segment.glob.length === 1
  const known = isPlain ? parent.names.get(name) : undefined
  if (known !== undefined) return known
  const branch = newBranch()
  if (isPlain) parent.names.set(name, branch)
  else parent.others.push({ segment, branch })
  return branch
}

/**
 * The fields of a live object that a pattern names and Git does not have, with list items named as the server's schema
 * says; a field may come twice. Most objects have none, and that is found out quickly.
 */
export function missingFields(tree: PatternTree, { live, git, type }: Sides): readonly Path[] {
  const found: Path[] = []
  walk({ live, git, type: type ?? UNKNOWN_TYPE }, tree, { trail: [], found })
  return found
}

interface Place {
  readonly live: unknown
  readonly git: unknown
  readonly type: FieldType
}

interface Walk {
  readonly trail: PathElement[]
  readonly found: Path[]
}

function walk(place: Place, branch: Branch, it: Walk): void {
  if (Array.isArray(place.live)) walkItems(place, place.live, branch, it)
  else if (isRecord(place.live)) walkFields(place, place.live, branch, it)
}

function walkFields(place: Place, live: Readonly<Record<string, unknown>>, branch: Branch, it: Walk): void {
  for (const [name, below] of branch.names) if (Object.hasOwn(live, name)) enterField(place, name, below, it)
  if (branch.others.length === 0) return
  for (const name of Object.keys(live))
    for (const { segment, branch: below } of branch.others)
      if (segment.kind === 'name' && matchesGlob(segment.glob, name)) enterField(place, name, below, it)
}

function enterField({ live, git, type }: Place, name: string, branch: Branch, it: Walk): void {
  const below = type.kind === 'map' ? type.field(name) : undefined
  const place = { live: own(live, name), git: own(git, name), type: below ?? UNKNOWN_TYPE }
  enter(place, { kind: 'field', name }, branch, it)
}

function walkItems(place: Place, items: readonly unknown[], branch: Branch, it: Walk): void {
  const type = place.type.kind === 'list' ? place.type.item : UNKNOWN_TYPE
  for (const [index, live] of items.entries()) {
    const element = elementOf(live, index, place.type)
    const git = stepInto(place.git, element)
    for (const { segment, branch: below } of branch.others)
      if (matchesElement(segment, element, live)) enter({ live, git, type }, element, below, it)
  }
}

function enter(place: Place, element: PathElement, branch: Branch, it: Walk): void {
  it.trail.push(element)
  if (branch.ends && isThere(place.live) && !isThere(place.git)) it.found.push([...it.trail])
  if (branch.names.size > 0 || branch.others.length > 0) walk(place, branch, it)
  it.trail.pop()
}

function elementOf(item: unknown, index: number, type: FieldType): PathElement {
  if (type.kind === 'list' && type.relation === 'map')
    return keyElement(item, type.keys, index) ?? { kind: 'index', index }
  if (type.kind === 'list' && type.relation === 'set') return { kind: 'value', value: item, index }
  return { kind: 'index', index }
}

const own = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

const isThere = (value: unknown): boolean => value !== undefined && value !== null
