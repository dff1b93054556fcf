import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { Artifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import type { Build } from '@kubectl-gitops/core/desired/build.js'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { originOf } from '@kubectl-gitops/core/desired/source/origin-revision.js'
import { readSource } from '@kubectl-gitops/core/desired/source/source.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { doubt, settleClaim } from '@kubectl-gitops/core/survey/claim.js'

const REVISION = 'latest@sha256:1'
const OCI = { kind: 'OCIRepository', name: 'fleet' }

const built: Build = { text: 'a: 1\n', objects: [], secretValues: new Set() }
const DIGEST = `sha256:${createHash('sha256').update(built.text).digest('hex')}`

const kustomization = (history: readonly object[], status: object = {}) =>
  readKustomization({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'team' },
    spec: { sourceRef: OCI },
    status: { history, ...status },
  })

const entry = (digest: string, revision = REVISION, originRevision?: string) => ({
  digest,
  metadata: { revision, ...(originRevision === undefined ? {} : { originRevision }) },
})

const source = readSource({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'OCIRepository',
  metadata: { name: 'fleet', namespace: 'team' },
  spec: { url: 'oci://example.com/fleet' },
  status: {
    artifact: {
      revision: REVISION,
      metadata: {
        'org.opencontainers.image.revision': 'main@sha1:9',
        'org.opencontainers.image.source': 'https://example.com/fleet',
      },
    },
  },
})

const artifact = (claim?: string): Artifact => ({
  commit: 'c'.repeat(40),
  files: new Map(),
  folders: new Set(),
  repository: {} as Repository,
  ...(claim === undefined ? {} : { claim }),
})

const thrown = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return error instanceof GitOpsError ? { code: error.code, what: error.message, why: error.why } : error
  }
}

describe('what an artifact claims of itself', () => {
  const settle = (history: readonly object[], made = built, claim: string | undefined = 'it says so') =>
    thrown(() => settleClaim(made, artifact(claim), kustomization(history), REVISION))

  it('is proved by the digest that Flux recorded for the revision', () => {
    expect(settle([entry('sha256:0', 'other'), entry(DIGEST)])).toEqual(built)
  })

  it('makes the build an approximation where Flux recorded none', () => {
    expect(settle([entry('sha256:0', 'other')])).toEqual({ ...built, approximate: 'it says so' })
    expect(settle([], { ...built, approximate: 'as of now' })).toEqual({
      ...built,
      approximate: 'it says so; as of now',
    })
  })

  it('leaves nothing to compare with where Flux recorded another', () => {
    expect(settle([entry('sha256:0')])).toEqual({
      code: 'SOURCE_UNSUPPORTED',
      what: 'commit cccccccccccc does not give what Flux built from OCIRepository/team/fleet',
      why: `it says so; this build has ${DIGEST}, Flux built sha256:0`,
    })
  })

  it('is nothing that a commit alone needs', () => {
    const made = settleClaim(built, artifact(), kustomization([entry('sha256:0')]), REVISION)
    expect(made).toBe(built)
  })

  it('makes every failure one of the claim, not of the revision', () => {
    const error = new GitOpsError('PATH_NOT_FOUND', { what: 'no such path', why: 'none' })
    expect(doubt(error, artifact(), source)).toBe(error)
    expect(doubt(error, artifact('it says so'), source)).toMatchObject({
      code: 'SOURCE_UNSUPPORTED',
      message: 'commit cccccccccccc cannot be built as OCIRepository/team/fleet',
      why: 'it says so; no such path: none; the artifact may hold one folder of the repository alone, and does not say which',
    })
  })
})

describe('the origin of a revision', () => {
  const at = (revision: string, history: readonly object[], status: object = {}) =>
    originOf(kustomization(history, status), source, revision)?.revision

  it('is what the history says of it, then the newest apply, then the source', () => {
    const applied = { lastAppliedRevision: 'older', lastAppliedOriginRevision: 'main@sha1:2' }
    const history = [entry('x', 'older', 'main@sha1:1'), entry('y', 'oldest')]
    expect([
      at('older', history, applied),
      at('older', [], applied),
      at(REVISION, history, applied),
      at('oldest', history, applied),
    ]).toEqual(['main@sha1:1', 'main@sha1:2', 'main@sha1:9', undefined])
    expect(originOf(kustomization([]), source, REVISION)?.url).toBe('https://example.com/fleet')
  })
})
