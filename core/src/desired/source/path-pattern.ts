import { codePoints, type Glob, matchesGlob, parseGlob } from './glob.js'

/** Does source-watcher take a path of a `copy` for a pattern? */
export const isPattern = (path: string): boolean => /[*?[\]]/.test(path)

/**
 * The paths that match a pattern name by name, as Go's `fs.Glob` finds them: `**` is no more than `*`.
 * Undefined for a malformed pattern. The paths are relative, without `.` or `..`.
 */
export function matchingPaths(pattern: string, paths: Iterable<string>): readonly string[] | undefined {
  const globs = pattern.split('/').map(parseGlob)
  if (globs.some((glob) => glob === undefined)) return undefined
  return [...paths].filter((path) => {
    const names = path.split('/')
    return (
      names.length === globs.length && names.every((name, i) => matchesGlob(globs[i] ?? [], codePoints(name)))
    )
  })
}

/** A pattern of `exclude`, read once for many paths. */
export type ExcludePattern = readonly (readonly Segment[])[]

type Segment = { readonly kind: 'any' } | { readonly kind: 'name'; readonly glob: Glob }

/** source-watcher refuses more commas than this in groups; expanded, they could be a million patterns. */
const MOST_ALTERNATIVES = 1024

/**
 * Reads a pattern of `exclude`: `**` stands for any number of folders, `{a,b}` for either. Undefined where it is
 * malformed, or stands for too many.
 * Source: bmatcuk/doublestar v4 match.go.
 */
export function parseExclude(pattern: string): ExcludePattern | undefined {
  const alternatives = expand(pattern, MOST_ALTERNATIVES)?.map(parseSegments)
  return alternatives?.every((one) => one !== undefined) === true ? alternatives : undefined
}

function parseSegments(pattern: string): readonly Segment[] | undefined {
  const segments = pattern.split('/').map((name): Segment | undefined => {
    if (name === '**') return { kind: 'any' }
    const glob = parseGlob(name.replaceAll('[!', '[^'))
    return glob === undefined ? undefined : { kind: 'name', glob }
  })
  return segments.every((segment) => segment !== undefined) ? segments : undefined
}

/** The patterns that a pattern with groups stands for; undefined where it is malformed or there are too many. */
function expand(pattern: string, most: number): readonly string[] | undefined {
  const group = findGroup(pattern)
  if (group === undefined) return [pattern]
  const before = pattern.slice(0, group.start)
  const after = pattern.slice(group.end + 1)
  const patterns: string[] = []
  for (const alternative of group.alternatives) {
    const expanded = expand(before + alternative + after, most - patterns.length)
    if (expanded === undefined || patterns.length + expanded.length > most) return undefined
    patterns.push(...expanded)
  }
  return patterns
}

interface Group {
  readonly start: number
  readonly end: number
  readonly alternatives: readonly string[]
}

/** The first `{…}`; a group that is not closed is text, which then matches nothing. */
function findGroup(pattern: string): Group | undefined {
  const alternatives: string[] = []
  let start = -1
  let from = 0
  let depth = 0
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]
    if (character === '\\') i++
    else if (character === '{' && depth++ === 0) [start, from] = [i, i + 1]
    else if (character === ',' && depth === 1) {
      alternatives.push(pattern.slice(from, i))
      from = i + 1
    } else if (character === '}' && depth > 0 && --depth === 0)
      return { start, end: i, alternatives: [...alternatives, pattern.slice(from, i)] }
  }
  return undefined
}

/** Does a relative path match? */
export function matchesExclude(pattern: ExcludePattern, path: string): boolean {
  const names = path.split('/').map(codePoints)
  return pattern.some((segments) => matchesFrom(segments, names))
}

/** How far each beginning of the names can be matched, segment after segment: never exponential. */
function matchesFrom(segments: readonly Segment[], names: readonly (readonly number[])[]): boolean {
  const reached = segments.reduce<readonly number[]>(
    (from, segment) => [...new Set(from.flatMap((at) => steps(segment, names, at)))],
    [0],
  )
  return reached.includes(names.length)
}

/** The places behind a segment that starts at a name. */
function steps(segment: Segment, names: readonly (readonly number[])[], at: number): readonly number[] {
  if (segment.kind === 'any') return Array.from({ length: names.length - at + 1 }, (_, i) => at + i)
  return at < names.length && matchesGlob(segment.glob, names[at] ?? []) ? [at + 1] : []
}
