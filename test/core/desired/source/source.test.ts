import { describe, expect, it } from '@jest/globals'
import { isHelmSource, isSource, readSource } from '@kubectl-gitops/core/desired/source/source.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

const GROUP = 'source.toolkit.fluxcd.io'

const object = (apiVersion: string, kind: string, fields: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'apps', namespace: 'team', generation: 2 },
  ...fields,
})

const BARE = {
  reference: { kind: 'GitRepository', namespace: 'team', name: 'apps' },
  url: '',
  artifactRevision: undefined,
  artifactDigest: undefined,
  origin: undefined,
  ref: {},
  ignore: undefined,
  sparseCheckout: [],
  includes: [],
  recurseSubmodules: false,
  suspended: false,
  unknownFields: [],
  conditions: [],
}

const SHAPED = {
  url: 'https://example.com/x',
  ref: { branch: 'main', tag: '', semver: 7 },
  ignore: '/*',
  include: [
    { repository: { name: 'y' }, fromPath: 'a' },
    { repository: { name: 'z' }, toPath: 'b/c' },
  ],
  recurseSubmodules: true,
  sparseCheckout: ['./apps'],
  suspend: true,
}

const include = (name: string, paths: object, revision?: string) => ({
  repository: { kind: 'GitRepository', namespace: 'team', name },
  fromPath: '',
  ...paths,
  revision,
})

describe('a source', () => {
  it.each([
    ['v1', 'GitRepository', [true, false]],
    ['v1beta2', 'OCIRepository', [true, false]],
    ['v1beta1', 'Bucket', [true, false]],
    ['v1', 'ExternalArtifact', [true, false]],
    ['v1', 'HelmRepository', [false, true]],
    ['v1beta2', 'HelmChart', [false, true]],
    ['v1', 'Kustomization', [false, false]],
  ])('of %s %s is for Kustomizations or for charts: %p', (version, kind, expected) => {
    const found = object(`${GROUP}/${version}`, kind)
    expect([isSource(found), isHelmSource(found)]).toEqual(expected)
  })

  it('is not what another group calls the same', () => {
    expect(isSource(object('example.com/v1', 'GitRepository'))).toBe(false)
    expect(isHelmSource(object('example.com/v1', 'HelmChart'))).toBe(false)
  })

  const read = (spec: object, status?: object, kind = 'GitRepository') =>
    readSource(object(`${GROUP}/v1`, kind, { spec, ...(status === undefined ? {} : { status }) }))

  const asWritten = {
    ...BARE,
    url: 'https://example.com/x',
    ref: { branch: 'main' },
    ignore: '/*',
    sparseCheckout: ['./apps'],
    includes: [include('y', { fromPath: 'a', toPath: 'y' }), include('z', { toPath: 'b/c' })],
    recurseSubmodules: true,
    suspended: true,
  }

  it('is read with what will shape its artifact, where there is none yet', () => {
    expect(read(SHAPED)).toEqual(asWritten)
  })

  const artifact = {
    revision: 'main@sha1:1',
    digest: 'sha256:2',
    metadata: {
      'org.opencontainers.image.source': 'https://example.com/origin',
      'org.opencontainers.image.revision': 'main@sha1:9',
    },
  }
  const packed = {
    artifactRevision: 'main@sha1:1',
    artifactDigest: 'sha256:2',
    origin: { url: 'https://example.com/origin', revision: 'main@sha1:9' },
  }

  it('is read with its artifact, the revisions of what that includes, and its origin', () => {
    const includedArtifacts = [{ revision: 'main@sha1:3' }, { revision: 'main@sha1:4' }]
    expect(read(SHAPED, { artifact, includedArtifacts })).toEqual({
      ...asWritten,
      ...packed,
      includes: [
        include('y', { fromPath: 'a', toPath: 'y' }, 'main@sha1:3'),
        include('z', { toPath: 'b/c' }, 'main@sha1:4'),
      ],
    })
  })

  it.each([
    ['not ready', { conditions: [{ type: 'Ready', status: 'False', reason: 'x', message: 'y' }] }],
    ['not yet reconciled', { observedGeneration: 1 }],
  ])('%s is read with what shaped its artifact when that was packed', (_title, state) => {
    const status = {
      artifact,
      observedInclude: [{ repository: { name: 'y' } }],
      includedArtifacts: [{ revision: 'main@sha1:3' }],
      ...state,
    }
    expect(read(SHAPED, status)).toEqual({
      ...asWritten,
      ...packed,
      ignore: undefined,
      sparseCheckout: [],
      includes: [include('y', { toPath: 'y' }, 'main@sha1:3')],
      recurseSubmodules: false,
      conditions: 'conditions' in state ? state.conditions : [],
    })
  })

  it('that is a bucket has a URL of its parts', () => {
    const spec = { endpoint: 's3.example.com', bucketName: 'fleet', ref: { branch: 'x' } }
    expect(read(spec, undefined, 'Bucket')).toMatchObject({ url: 's3://s3.example.com/fleet', ref: {} })
  })

  it('is read from garbage without a fault', () => {
    expect(
      readSource(
        object(`${GROUP}/v1`, 'GitRepository', {
          spec: { url: 7, ignore: {}, include: null, ref: 'main' },
          status: 'x',
        }),
      ),
    ).toEqual(BARE)
  })
})
