/**
 * The ignore rules of Flux's source-controller: gitignore lines, but every file is asked on its own and
 * the last matching line wins, so a file below an excluded folder can be taken back in (Git cannot).
 * Source: fluxcd/pkg sourceignore and sourceignore/gitignore (pattern.go, matcher.go).
 */
import { globMatches } from './glob.js'

export interface IgnorePattern {
  /** The folder whose `.sourceignore` holds the line; lines act below it only. */
  readonly domain: readonly string[]
  readonly segments: readonly string[]
  readonly include: boolean
  readonly folderOnly: boolean
}

const VCS = '.git/,.gitignore,.gitmodules,.gitattributes'
const EXTENSIONS = '*.jpg,*.jpeg,*.gif,*.png,*.wmv,*.flv,*.tar.gz,*.zip'
const CI =
  '.github/,.circleci/,.travis.yml,.gitlab-ci.yml,appveyor.yml,.drone.yml,cloudbuild.yaml,codeship-services.yml,codeship-steps.yml'
const EXTRA = '**/.goreleaser.yml,**/.sops.yaml,**/.flux.yaml'

/** Reads one line; comments and blank lines are the caller's matter. */
export function parsePattern(line: string, domain: readonly string[]): IgnorePattern {
  const include = line.startsWith('!')
  let text = include ? line.slice(1) : line
  if (!text.endsWith('\\ ')) text = text.replace(/ +$/, '')
  const folderOnly = text.endsWith('/')
  if (folderOnly) text = text.slice(0, -1)
  return { domain, segments: text.split('/'), include, folderOnly }
}

/** Reads a `.sourceignore` file or a `spec.ignore`. */
export function readPatterns(text: string, domain: readonly string[]): readonly IgnorePattern[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => parsePattern(line, domain))
}

const fixed = (lists: readonly string[]): readonly IgnorePattern[] =>
  lists.flatMap((list) => list.split(',')).map((line) => parsePattern(line, []))

/**
 * The patterns that hold for an artifact: the built-in ones are all there is until somebody writes
 * one of their own; then only the version control ones stay (artifact/storage SourceIgnoreFilter).
 */
export function effectivePatterns(own: readonly IgnorePattern[]): readonly IgnorePattern[] {
  return own.length > 0 ? [...fixed([VCS]), ...own] : fixed([VCS, EXTENSIONS, CI, EXTRA])
}

/** Is this file left out of the artifact? `path` is relative to the repository's root. */
export function isIgnored(path: string, patterns: readonly IgnorePattern[]): boolean {
  const segments = path.split('/')
  for (let i = patterns.length - 1; i >= 0; i--) {
    const pattern = patterns[i]
    if (pattern !== undefined && matches(pattern, segments)) return !pattern.include
  }
  return false
}

function matches(pattern: IgnorePattern, path: readonly string[]): boolean {
  if (path.length <= pattern.domain.length) return false
  if (pattern.domain.some((segment, i) => path[i] !== segment)) return false
  const rest = path.slice(pattern.domain.length)
  return pattern.segments.length > 1 ? matchesPath(pattern, rest) : matchesName(pattern, rest)
}

function matchesName(pattern: IgnorePattern, path: readonly string[]): boolean {
  for (const [i, name] of path.entries()) {
    const match = globMatches(pattern.segments[0] ?? '', name)
    if (match === undefined) return false
    if (match) return !(pattern.folderOnly && i === path.length - 1)
  }
  return false
}

/** go-git's globMatch, step for step: a pattern that ends early matches everything below. */
function matchesPath(pattern: IgnorePattern, path: readonly string[]): boolean {
  let rest = path
  let matched = false
  let skipping = false
  for (const [i, segment] of pattern.segments.entries()) {
    if (segment === '') {
      skipping = false
      continue
    }
    if (segment === '**') {
      if (i === pattern.segments.length - 1) break
      skipping = true
      continue
    }
    const step = segment.includes('**') ? undefined : takeSegment(segment, rest, skipping)
    if (step === undefined) return false
    matched = step.matched
    rest = step.rest
    skipping = false
  }
  return matched && !(pattern.folderOnly && rest.length === 0)
}

interface Taken {
  readonly matched: boolean
  readonly rest: readonly string[]
}

function takeSegment(segment: string, path: readonly string[], skipping: boolean): Taken | undefined {
  if (path.length === 0) return undefined
  if (!skipping) {
    return globMatches(segment, path[0] ?? '') === true ? { matched: true, rest: path.slice(1) } : undefined
  }
  for (const [i, name] of path.entries()) {
    const match = globMatches(segment, name)
    if (match === undefined) return undefined
    if (match) return { matched: true, rest: path.slice(i + 1) }
  }
  return { matched: false, rest: [] }
}
