import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { refuseMalformed } from '@kubectl-gitops/core/desired/spec.js'
import { specFields, type SpecField } from '@kubectl-gitops/core/desired/spec-fields.js'
import type { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { Cluster } from '../../support/cluster.js'
import { installCrds } from '../../support/crds.js'
import { describeWith } from '../../support/describe-with.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'
import { MALFORMED } from './malformed.js'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly type?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

describeWith(['etcd', 'kube-apiserver'], 'a spec and the API server', () => {
  let plane: Cluster

  beforeAll(async () => {
    plane = await sharedControlPlane()
    await installCrds(plane, ['flux'])
  })

  afterAll(() => {
    plane.disconnect()
  })

  it.each(MALFORMED)('is refused in the same words: %j', async (spec, words) => {
    const object = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'malformed', namespace: 'default' },
      spec: {
        interval: '1h',
        prune: false,
        path: './',
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
        ...spec,
      },
    }
    const path = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations?dryRun=All'
    const { status, body } = await plane.request('POST', path, object)
    expect(status).toBe(422)
    expect((body as { message: string }).message).toContain(words)
    expect(ours(object)).toBe(words)
  })

  it('leaves out what is null', async () => {
    const spec = {
      ...{ interval: '1h', prune: false, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
      ...{ path: null, patches: null, kubeConfig: null, decryption: null, postBuild: { substitute: null } },
    }
    const type = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' }
    const object = { ...type, metadata: { name: 'nulls', namespace: 'default' }, spec }
    const path = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations?dryRun=All'
    const { status, body } = await plane.request('POST', path, object)
    expect(status).toBe(201)
    expect((body as { spec: unknown }).spec).toEqual({
      ...{ force: false, interval: '1h', prune: false, postBuild: {} },
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
    })
    expect(ours(object)).toBe('nothing')
    expect(readKustomization(object).remote).toBe(false)
  })

  const ours = (object: Parameters<typeof readKustomization>[0]) => {
    try {
      refuseMalformed(readKustomization(object))
      return 'nothing'
    } catch (error) {
      return (error as GitOpsError).why
    }
  }

  it.each([
    ['Kustomization', 'kustomizations.kustomize'],
    ['GitRepository', 'gitrepositories.source'],
    ['OCIRepository', 'ocirepositories.source'],
    ['Bucket', 'buckets.source'],
    ['ExternalArtifact', 'externalartifacts.source'],
  ])('has the fields that the CustomResourceDefinition of a %s declares', async (kind, name) => {
    const { body } = await plane.request('GET', `${CRDS}/${name}.toolkit.fluxcd.io`)
    const { versions } = (
      body as { spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] } }
    ).spec
    const declared = versions.find((version) => version.name === 'v1')?.schema.openAPIV3Schema.properties
      ?.spec
    const fields = specFields(kind, `${name.replace(/^[^.]*\./, '')}.toolkit.fluxcd.io/v1`) ?? {}
    const type: SpecField = { type: 'object', fields, required: [] }
    expect(known(type, declared)).toEqual(declares(declared ?? {}, type))
  })
})

/** Fields of sources that only versions before v1 had. */
const OLDER: readonly string[] = ['accessFrom', 'gitImplementation']

type Names = Readonly<Record<string, unknown>>

/** What our table says, where the definition has the field at all; `any` leaves it to the definition. */
function known(ours: SpecField, theirs: Schema | undefined): unknown {
  if (theirs === undefined) return 'ours alone'
  if (ours.type === 'any') return 'any'
  if (ours.type === 'array') return [known(ours.items, theirs.items)]
  if ('fields' in ours) return below(ours.fields, (name, field) => known(field, theirs.properties?.[name]))
  if ('values' in ours) return { '*': known(ours.values, theirs.additionalProperties) }
  return [ours.type, 'oneOf' in ours ? ours.oneOf : undefined]
}

/** What the definition says, where our table has the field at all. */
function declares(theirs: Schema, ours: SpecField | undefined): unknown {
  if (ours === undefined) return 'theirs alone'
  if (ours.type === 'any') return 'any'
  if (theirs.items !== undefined) return [declares(theirs.items, 'items' in ours ? ours.items : undefined)]
  if (theirs.additionalProperties !== undefined)
    return { '*': declares(theirs.additionalProperties, 'values' in ours ? ours.values : undefined) }
  if (theirs.type !== 'object') return [theirs.type, theirs.enum]
  const fields: Readonly<Record<string, SpecField>> = 'fields' in ours ? ours.fields : {}
  return below(theirs.properties ?? {}, (name, field) => declares(field, fields[name]))
}

const below = <T>(fields: Readonly<Record<string, T>>, value: (name: string, field: T) => unknown): Names =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !OLDER.includes(name))
      .map(([name, field]) => [name, value(name, field)]),
  )
