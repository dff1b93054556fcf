/**
 * The ignore rules of Flux's source-controller: gitignore lines, but every file is asked on its own and
 * the last matching line wins, so a file below an excluded folder can be taken back in (Git cannot).
 * Source: fluxcd/pkg sourceignore and sourceignore/gitignore (pattern.go, matcher.go).
 */
import { codePoints, type Glob, matchesGlob, type Name, parseGlob } from './glob.js'

export interface IgnorePattern {
  /** The folder whose `.sourceignore` holds the line; lines act below it only. */
  readonly domain: readonly string[]
  readonly segments: readonly Segment[]
  readonly include: boolean
  readonly folderOnly: boolean
}

/** One part of a pattern between slashes; a malformed glob matches nothing. */
type Segment =
  | { readonly kind: 'empty' }
  | { readonly kind: 'anything' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'glob'; readonly glob: Glob }

const VCS = '.git/,.gitignore,.gitmodules,.gitattributes'
const EXTENSIONS = '*.jpg,*.jpeg,*.gif,*.png,*.wmv,*.flv,*.tar.gz,*.zip'
const CI =
  '.github/,.circleci/,.travis.yml,.gitlab-ci.yml,appveyor.yml,.drone.yml,cloudbuild.yaml,codeship-services.yml,codeship-steps.yml'
const EXTRA = '**/.goreleaser.yml,**/.sops.yaml,**/.flux.yaml'

/** Go's bufio.Scanner gives up at a line of this many bytes, and Flux never asks it why. */
const LONGEST_LINE = 64 * 1024

/** What Go's strings.TrimSpace takes off: it knows NEL and does not know the byte order mark. */
const BLANK = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/

/** Reads one line; comments and blank lines are the caller's matter. */
export function parsePattern(line: string, domain: readonly string[]): IgnorePattern {
  const include = line.startsWith('!')
  let text = include ? line.slice(1) : line
  if (!text.endsWith('\\ ')) text = text.replace(/ +$/, '')
  const folderOnly = text.endsWith('/')
  if (folderOnly) text = text.slice(0, -1)
  const parts = text.split('/')
  // Without a slash the pattern is one name, and `**` in it is two ordinary stars.
  const segments = parts.length === 1 ? [globSegment(text)] : parts.map(parseSegment)
  return { domain, segments, include, folderOnly }
}

function parseSegment(text: string): Segment {
  if (text === '') return { kind: 'empty' }
  if (text === '**') return { kind: 'anything' }
  return text.includes('**') ? { kind: 'malformed' } : globSegment(text)
}

function globSegment(text: string): Segment {
  const glob = parseGlob(text)
  return glob === undefined ? { kind: 'malformed' } : { kind: 'glob', glob }
}

/** Reads a `.sourceignore` file or a `spec.ignore`. */
export function readPatterns(text: string, domain: readonly string[]): readonly IgnorePattern[] {
  const lines = text.split('\n')
  const tooLong = lines.findIndex(
    (line) => line.length * 3 >= LONGEST_LINE && Buffer.byteLength(line) >= LONGEST_LINE,
  )
  return lines
    .slice(0, tooLong < 0 ? undefined : tooLong)
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && !BLANK.test(line))
    .map((line) => parsePattern(line, domain))
}

const fixed = (lists: readonly string[]): readonly IgnorePattern[] =>
  lists.flatMap((list) => list.split(',')).map((line) => parsePattern(line, []))

/** What `flux push artifact` leaves out unless told otherwise (flux2 cmd/flux/build_artifact.go). */
export const PUSH_PATTERNS: readonly IgnorePattern[] = fixed([VCS, EXTENSIONS])

/**
 * The patterns that hold for an artifact: the built-in ones are all there is until somebody writes
 * one of their own; then only the version control ones stay (artifact/storage SourceIgnoreFilter).
 */
export function effectivePatterns(own: readonly IgnorePattern[]): readonly IgnorePattern[] {
  return own.length > 0 ? [...fixed([VCS]), ...own] : fixed([VCS, EXTENSIONS, CI, EXTRA])
}

/** Is this file (or folder) left out? `path` is relative to the repository's root. */
export type Ignoring = (path: string, kind?: 'file' | 'folder') => boolean

/** More than this need not be remembered of names: they are hardly those of a repository of manifests. */
const MOST_REMEMBERED = 1_000_000

/**
 * The rules of an artifact, for many paths: what a name means to each pattern is found out once. A folder that is left
 * out does not take its files with it: each is asked on its own.
 */
export function ignoring(patterns: readonly IgnorePattern[]): Ignoring {
  const known = new Map<string, KnownName>()
  const know = (name: string): KnownName => {
    const found = known.get(name)
    if (found !== undefined) return found
    if ((known.size + 1) * patterns.length > MOST_REMEMBERED) known.clear()
    const points = codePoints(name)
    const hits = patterns.flatMap((pattern, i) => (isNamed(pattern, points) ? [i] : []))
    const fresh = { points, hits: new Set(hits) }
    known.set(name, fresh)
    return fresh
  }
  return (path, kind = 'file') => {
    const names = path.split('/')
    const asked: Asked = { names, known: names.map(know), folder: kind === 'folder' }
    const last = patterns.findLast((pattern, i) => matches(pattern, i, asked))
    return last !== undefined && !last.include
  }
}

interface KnownName {
  readonly points: Name
  /** Which patterns without a slash it matches. */
  readonly hits: ReadonlySet<number>
}

interface Asked {
  readonly names: readonly string[]
  readonly known: readonly KnownName[]
  readonly folder: boolean
}

const isNamed = ({ segments: [segment, ...others] }: IgnorePattern, name: Name): boolean =>
  others.length === 0 && segment?.kind === 'glob' && matchesGlob(segment.glob, name)

function matches(pattern: IgnorePattern, index: number, asked: Asked): boolean {
  const { domain, segments, folderOnly } = pattern
  if (asked.names.length <= domain.length) return false
  if (domain.some((segment, i) => asked.names[i] !== segment)) return false
  const path = domain.length === 0 ? asked.known : asked.known.slice(domain.length)
  const left =
    segments.length > 1
      ? leftAfterPath(
          segments,
          path.map(({ points }) => points),
        )
      : leftAfterName(index, path)
  return left !== undefined && !(folderOnly && !asked.folder && left === 0)
}

/** How many segments of the path stand behind the first name that matches. */
function leftAfterName(index: number, path: readonly KnownName[]): number | undefined {
  const at = path.findIndex(({ hits }) => hits.has(index))
  return at < 0 ? undefined : path.length - at - 1
}

/** go-git's globMatch, step for step: a pattern that ends early matches everything below. */
function leftAfterPath(segments: readonly Segment[], path: readonly Name[]): number | undefined {
  let at = 0
  let matched = false
  let skipping = false
  for (const [i, segment] of segments.entries()) {
    if (segment.kind === 'malformed') return undefined
    if (segment.kind === 'anything') {
      if (i === segments.length - 1) break
      skipping = true
      continue
    }
    if (segment.kind === 'glob') {
      const found = findSegment(segment.glob, path, at, skipping)
      if (found === undefined) return undefined
      matched = found < path.length
      at = found + 1
    }
    skipping = false
  }
  return matched ? Math.max(path.length - at, 0) : undefined
}

/** Where a segment matches; the length of the path when a skip found nothing, which is no mismatch yet. */
function findSegment(glob: Glob, path: readonly Name[], at: number, skipping: boolean): number | undefined {
  if (at >= path.length) return undefined
  if (!skipping) return matchesGlob(glob, path[at] ?? []) ? at : undefined
  const found = path.findIndex((name, i) => i >= at && matchesGlob(glob, name))
  return found < 0 ? path.length : found
}
