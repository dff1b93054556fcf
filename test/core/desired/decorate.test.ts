import { describe, expect, it } from '@jest/globals'
import { decorate } from '@kubectl-gitops/core/desired/decorate.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { kustomizationOf } from './stage.js'

const OWNER = {
  'kustomize.toolkit.fluxcd.io/name': 'apps',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
}

const object = (fields: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', ...metadata },
  ...fields,
})

const decorated = (from: KubernetesObject, spec: Readonly<Record<string, unknown>> = {}) =>
  decorate(from, kustomizationOf(spec))

describe('a decorated object', () => {
  it('has the owner labels, whatever it says itself', () => {
    const labels = { app: 'web', 'kustomize.toolkit.fluxcd.io/name': 'forged' }
    expect(decorated(object({ data: { a: '1' } }, { labels }))).toEqual(
      object({ data: { a: '1' } }, { labels: { app: 'web', ...OWNER } }),
    )
  })

  it('has the common metadata over its own, over the owner labels too', () => {
    const commonMetadata = {
      labels: { team: 'a', 'kustomize.toolkit.fluxcd.io/name': 'other' },
      annotations: { note: 'common' },
    }
    const from = object({}, { labels: { team: 'own' }, annotations: { note: 'own', kept: 'yes' } })
    expect(decorated(from, { commonMetadata }).metadata).toEqual({
      name: 'x',
      labels: { team: 'a', ...OWNER, 'kustomize.toolkit.fluxcd.io/name': 'other' },
      annotations: { note: 'common', kept: 'yes' },
    })
  })

  it('loses status and creation time', () => {
    expect(decorated(object({ status: { a: 1 } }, { creationTimestamp: null }))).toEqual(
      object({}, { labels: OWNER }),
    )
  })

  it('keeps the marks that Flux takes off live objects: it applies them again', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'fluxcd.io/sync-checksum': 'x',
    }
    expect(decorated(object({}, { annotations }))).toEqual(object({}, { annotations, labels: OWNER }))
  })

  it('keeps the status of a CustomResourceDefinition', () => {
    const crd = { ...object({ status: { a: 1 } }), kind: 'CustomResourceDefinition' }
    expect(decorated(crd).status).toEqual({ a: 1 })
  })

  it('has a Secret’s stringData in data, over what is there', () => {
    const secret = {
      ...object({ stringData: { a: 'é', b: '2' }, data: { a: 'b2xk', c: 'Yw==' } }),
      kind: 'Secret',
    }
    expect(decorated(secret)).toEqual({
      ...object({ data: { a: 'w6k=', b: 'Mg==', c: 'Yw==' } }, { labels: OWNER }),
      kind: 'Secret',
    })
  })

  it('asserts no data where a Secret has none, and leaves stringData that is no text to the server', () => {
    const secret = (fields: object) => ({ ...object(fields), kind: 'Secret' })
    expect(decorated(secret({ stringData: null })).data).toBeUndefined()
    expect(decorated(secret({ stringData: { a: 1 } })).stringData).toEqual({ a: 1 })
  })

  it('keeps stringData of what is no core Secret', () => {
    const other = { ...object({ stringData: { a: '1' } }), apiVersion: 'example.com/v1', kind: 'Secret' }
    expect(decorated(other).stringData).toEqual({ a: '1' })
  })

  it('loses labels that are no text, as Go does', () => {
    expect(decorated(object({}, { labels: { a: 'b', n: 1 } })).metadata.labels).toEqual(OWNER)
  })
})
