import { readFile, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { GitOpsError } from '../errors.js'
import { type Environment, readingEnvironment } from './environment.js'
import { hasCode, shellWord } from './failure.js'
import { normalizeUrl, parseUrl, sameRepository } from './location.js'
import { runGit } from './process.js'
import { type Place, readerOf } from './reader.js'
import { redactUrl } from './redaction.js'
import type { Repository } from './repository.js'

export interface CheckoutOptions {
  readonly env: Environment
  readonly timeoutMs?: number
  /** What the checkout stands for; by default its own folder. */
  readonly url?: string
}

export interface Remote {
  readonly name: string
  /** Without credentials. */
  readonly url: string
}

/** A folder that may be a clone of some repository. */
export interface Candidate {
  /** `--repo URL=PATH`: the folder stands for this URL only, whatever its remotes are. */
  readonly url?: string
  readonly path: string
  /** True for the working directory, which may well be no repository; a `--repo` must be one. */
  readonly optional?: boolean
}

const TIMEOUT_MS = 60_000

/**
 * Opens a work tree (from any folder within it, linked work trees and submodules too) or a bare repository.
 * Its hooks, fsmonitor, filters, pagers, replace refs, grafts and remotes stay out of it.
 * Throws REPOSITORY_NOT_FOUND with git's words, its refusal of somebody else's folder (safe.directory) too.
 */
export async function openCheckout(path: string, options: CheckoutOptions): Promise<Repository> {
  return readerOf(await placeOf(path, options))
}

async function placeOf(path: string, options: CheckoutOptions): Promise<Place> {
  const [gitDirectory, workTree, partial] = await Promise.all([
    ask(path, options, ['rev-parse', '--absolute-git-dir']),
    ask(path, options, ['rev-parse', '--show-toplevel']),
    settings(path, options, String.raw`^(extensions\.partialclone|remote\..*\.promisor)$`),
  ])
  if (typeof gitDirectory !== 'string') throw notARepository(path, gitDirectory.words)
  const directory = typeof workTree === 'string' ? workTree : gitDirectory
  return {
    kind: 'checkout',
    directory,
    gitDirectory,
    url: redactUrl(options.url ?? directory),
    boundary: await readBoundary(gitDirectory),
    partial: partial.some(([, value]) => value !== 'false'),
    env: options.env,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  }
}

/** A linked work tree shares what lies in the folder that its `commondir` names (gitrepository-layout(5)). */
async function readBoundary(gitDirectory: string): Promise<ReadonlySet<string>> {
  const common = await readFile(join(gitDirectory, 'commondir'), 'utf8').catch(() => '.')
  const file = resolve(gitDirectory, common.replace(/\n$/, ''), 'shallow')
  const text = await readFile(file, 'utf8').catch(() => '')
  return new Set(text.split('\n').filter((line) => line !== ''))
}

function notARepository(path: string, words: string): GitOpsError {
  const refused = words.includes('safe.directory')
  return new GitOpsError('REPOSITORY_NOT_FOUND', {
    what: refused ? `git does not trust ${path}` : `${path} is not a Git repository`,
    why: words,
    tryThis: refused
      ? `git config --global --add safe.directory ${shellWord(resolve(path))}`
      : '--repo PATH, where PATH is a clone',
  })
}

/** One line of output, asked where `path` is; the folder is an argument, so that git itself explains it. */
async function ask(
  path: string,
  options: CheckoutOptions,
  args: readonly string[],
): Promise<string | { readonly words: string }> {
  const { code, stdout, words } = await runGit({
    args: ['-C', resolve(path), ...args],
    env: readingEnvironment(options.env),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  })
  return code === 0 ? stdout.toString().replace(/\n$/, '') : { words }
}

type Setting = readonly [key: string, value: string]

async function settings(path: string, options: CheckoutOptions, keys: string): Promise<readonly Setting[]> {
  const listing = await ask(path, options, ['config', '--null', '--get-regexp', '--end-of-options', keys])
  if (typeof listing !== 'string') return []
  return listing
    .split('\0')
    .slice(0, -1)
    .map((entry) => {
      const end = entry.indexOf('\n')
      return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)]
    })
}

/** The URLs that a repository fetches from; one that `insteadOf` rewrites is listed in both forms. */
export async function remotes(path: string, options: CheckoutOptions): Promise<readonly Remote[]> {
  const found = await settings(path, options, String.raw`^(remote\..*\.url|url\..*\.insteadof)$`)
  const rules = found.flatMap(([key, prefix]) => {
    const base = /^url\.([^]*)\.insteadof$/.exec(key)?.[1]
    return base === undefined ? [] : [{ base, prefix }]
  })
  return found.flatMap(([key, url]) => {
    const name = /^remote\.([^]*)\.url$/.exec(key)?.[1]
    if (name === undefined) return []
    return [...new Set([url, rewrite(url, rules)])].map((each) => ({ name, url: redactUrl(each) }))
  })
}

/** git-config(1), `url.<base>.insteadOf`: the longest prefix that matches wins. */
function rewrite(url: string, rules: readonly { readonly base: string; readonly prefix: string }[]): string {
  const [rule] = rules
    .filter(({ prefix }) => prefix !== '' && url.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  return rule === undefined ? url : rule.base + url.slice(rule.prefix.length)
}

/**
 * The candidates that are clones of `url`, in their order: any remote matches, `URL=PATH` matches that URL
 * alone, and a `url` that is itself a local path matches the folder of that path.
 * Throws REPOSITORY_NOT_FOUND for a folder named with `--repo` that is no repository.
 */
export async function findCheckouts(
  url: string,
  candidates: readonly Candidate[],
  options: CheckoutOptions,
): Promise<readonly Repository[]> {
  const found: Repository[] = []
  for (const candidate of candidates) {
    if (candidate.url !== undefined && !sameRepository(candidate.url, url)) continue
    const repository = await openIfRepository(candidate, { ...options, url })
    if (repository === undefined || found.some(({ directory }) => directory === repository.directory))
      continue
    if (await matches(url, candidate, options)) found.push(repository)
  }
  return found
}

async function openIfRepository(
  candidate: Candidate,
  options: CheckoutOptions,
): Promise<Repository | undefined> {
  try {
    return await openCheckout(candidate.path, options)
  } catch (thrown) {
    if (candidate.optional === true && hasCode(thrown, 'REPOSITORY_NOT_FOUND')) return undefined
    throw thrown
  }
}

async function matches(url: string, candidate: Candidate, options: CheckoutOptions): Promise<boolean> {
  if (candidate.url !== undefined || (await isPathOf(url, candidate.path))) return true
  return (await remotes(candidate.path, options)).some((remote) => sameRepository(remote.url, url))
}

async function isPathOf(url: string, path: string): Promise<boolean> {
  if (parseUrl(url)?.protocol !== 'file') return false
  return normalizeUrl(url) === normalizeUrl(`file://${await realpath(path)}`)
}
