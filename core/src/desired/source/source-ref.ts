import { GitOpsError } from '../../errors.js'
import type { Repository } from '../../git/repository.js'
import { isRecord } from '../../object.js'
import { compareVersions, isInRange, parseRange, parseVersion, type Version } from './semver-range.js'

/** `spec.ref` of a GitRepository, as written; empty fields count as absent. */
export interface SourceRef {
  readonly branch?: string
  readonly tag?: string
  readonly semver?: string
  readonly name?: string
  readonly commit?: string
}

/** What source-controller follows where nothing is said (fluxcd/pkg git DefaultBranch). */
const DEFAULT_BRANCH = 'master'

const FIELDS = ['branch', 'tag', 'semver', 'name', 'commit'] as const

/** Reads `spec.ref`. */
export function readSourceRef(value: unknown): SourceRef {
  if (!isRecord(value)) return {}
  const entries = FIELDS.map((field) => [field, value[field]] as const)
  return Object.fromEntries(entries.filter(([, text]) => typeof text === 'string' && text !== ''))
}

/**
 * The Flux revision that a GitRepository's `spec.ref` stands for in a repository today: `main@sha1:<40 hex>`,
 * `refs/pull/7/head@sha1:<40 hex>`, `sha1:<40 hex>`. A commit goes before a name, a name before a tag, a tag
 * before a range of versions, all before a branch.
 * Source: fluxcd/pkg git/gogit clone.go; source-controller commitReference.
 * @throws GitOpsError REVISION_NOT_FOUND, REVISION_INVALID
 */
export async function resolveSourceRef(repository: Repository, ref: SourceRef): Promise<string> {
  const { branch = '', tag, semver, name, commit } = ref
  if (commit !== undefined) return revisionOf(branch, await repository.resolve(commit))
  if (name !== undefined) return revisionOf(name, await resolveName(repository, name))
  if (tag !== undefined) return revisionOf(tag, await repository.resolve(`refs/tags/${tag}`))
  if (semver !== undefined) return resolveSemver(repository, semver)
  const followed = branch === '' ? DEFAULT_BRANCH : branch
  return revisionOf(followed, await resolveBranch(repository, followed))
}

function revisionOf(pointer: string, hash: string): string {
  const id = `${hash.length === 64 ? 'sha256' : 'sha1'}:${hash}`
  return pointer === '' ? id : `${pointer}@${id}`
}

function resolveName(repository: Repository, name: string): Promise<string> {
  const branch = /^refs\/heads\/(.+)$/s.exec(name)?.[1]
  return branch === undefined ? repository.resolve(name) : resolveBranch(repository, branch)
}

/**
 * A branch of a checkout and what was last fetched of it may differ: the newer one counts, and where both have
 * gone on, the checkout's own.
 */
async function resolveBranch(repository: Repository, branch: string): Promise<string> {
  const own = await resolveIfThere(repository, `refs/heads/${branch}`)
  const fetched =
    repository.kind === 'mirror'
      ? undefined
      : await resolveIfThere(repository, `refs/remotes/origin/${branch}`)
  if (own === undefined) return fetched ?? repository.resolve(`refs/heads/${branch}`)
  if (fetched === undefined || fetched === own) return own
  return (await repository.isAncestor(own, fetched)) ? fetched : own
}

async function resolveIfThere(repository: Repository, name: string): Promise<string | undefined> {
  try {
    return await repository.resolve(name)
  } catch (error) {
    if (error instanceof GitOpsError && error.code === 'REVISION_NOT_FOUND') return undefined
    throw error
  }
}

interface Candidate {
  readonly tag: string
  readonly version: Version
}

/** Of equal versions, which differ by their build metadata, the one whose commit is youngest. */
async function resolveSemver(repository: Repository, semver: string): Promise<string> {
  const range = parseRange(semver)
  if (range === undefined) {
    throw new GitOpsError('REVISION_INVALID', {
      what: `${JSON.stringify(semver)} is not a range of versions`,
      why: `semver parse error: improper constraint: ${JSON.stringify(semver)}`,
    })
  }
  const candidates = (await repository.tags()).flatMap((tag): readonly Candidate[] => {
    const version = parseVersion(tag)
    return version !== undefined && isInRange(version, range) ? [{ tag, version }] : []
  })
  const newest = candidates.reduce<Candidate | undefined>(
    (best, one) => (best === undefined || compareVersions(one.version, best.version) > 0 ? one : best),
    undefined,
  )
  if (newest === undefined) {
    throw new GitOpsError('REVISION_NOT_FOUND', {
      what: `no tag of ${repository.url} lies in ${JSON.stringify(semver)}`,
      why: `no match found for semver: ${semver}`,
    })
  }
  const equal = candidates.filter(({ version }) => compareVersions(version, newest.version) === 0)
  const dated = await Promise.all(equal.map(({ tag }) => commitOfTag(repository, tag)))
  const youngest = dated.reduce((best, one) => (one.time > best.time ? one : best))
  return revisionOf(youngest.tag, youngest.id)
}

async function commitOfTag(
  repository: Repository,
  tag: string,
): Promise<{ readonly tag: string; readonly id: string; readonly time: number }> {
  const id = await repository.resolve(`refs/tags/${tag}`)
  const { committer } = await repository.commit(id)
  return { tag, id, time: Date.parse(committer.time) || 0 }
}
