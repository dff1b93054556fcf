import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { stringify } from 'yaml'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../../support/describe-with.js'
import { startFlux, type Flux } from '../../support/flux.js'
import { KINDS } from './manifests.js'
import { fluxObject, openStage, told, type Stage } from './stage.js'

const BINARIES = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
/** Cluster-scoped names of our own: other tests use the same server. */
const GIT = Object.entries(KINDS).map(
  ([kind, yaml]) => [kind, yaml.replaceAll('drift.example', 'flux.example')] as const,
)

describeWith(BINARIES, 'an object that the real kustomize-controller applied', () => {
  let stage: Stage
  let flux: Flux
  const name = 'apps'

  beforeAll(async () => {
    stage = await openStage()
    flux = await startFlux(stage.cluster)
    const { namespace } = stage
    const repository = await flux.createRepository('drift')
    const objects = GIT.map(([kind, yaml]) => [`${kind}.yaml`, stringify(bare(yaml, namespace))])
    await repository.write(Object.fromEntries(objects) as Record<string, string>)
    await repository.commit('Add one of each kind')
    await repository.push()
    await flux.gitRepository({ name, namespace, url: repository.url })
    await flux.kustomization({ name, namespace, source: name })
    await flux.waitFor({ kind: 'Kustomization', namespace, name }, ({ status }) =>
      JSON.stringify(status).includes('"lastAppliedRevision"'),
    )
  }, 120_000)
  afterAll(async () => {
    await flux.stop()
    stage.cluster.disconnect()
  })

  it.each(GIT)('%s: is in sync', async (_, yaml) => {
    const { verdict, message, fields, explained } = await stage.judge(
      owned(fluxObject(yaml, stage.namespace)),
    )
    // What the server hands out is known by its rules.
    const unknown = explained.filter(({ rule }) => rule === undefined)
    expect({ verdict, message, fields, explained: unknown.map(told) }).toEqual({
      verdict: 'in-sync',
      message: undefined,
      fields: [],
      explained: [],
    })
  })

  it('Deployment: loses what kubectl added and keeps what another manager added, as foretold', async () => {
    const git = owned(fluxObject(Object.fromEntries(GIT).Deployment!, stage.namespace))
    await stage.kubectl('annotate', 'deployment/all-kinds', 'note=by hand')
    await stage.patch(git, 'node-fetch', { metadata: { annotations: { kept: 'by Lens' } } })
    const before = await stage.judge(git)
    expect(before.fields.map(({ field, willRevert }) => [field, willRevert])).toEqual([
      ['metadata.annotations.kept', false],
      ['metadata.annotations.note', true],
    ])
    await flux.reconcile('Kustomization', stage.namespace, name)
    const after = await stage.judge(git)
    expect(after.fields.map(({ field, willRevert }) => [field, willRevert])).toEqual([
      ['metadata.annotations.kept', false],
    ])
  })

  /** The manifest as a repository has it: in a namespace, without Flux's labels. */
  function bare(yaml: string, namespace: string): object {
    const { metadata, ...rest } = fluxObject(yaml, namespace)
    const { labels, ...others } = metadata
    const own = Object.entries(labels ?? {}).filter(
      ([key]) => !key.startsWith('kustomize.toolkit.fluxcd.io/'),
    )
    return { ...rest, metadata: { ...others, labels: Object.fromEntries(own) } }
  }

  /** The same with the labels of this Kustomization, which lives in the stage's namespace. */
  function owned(git: KubernetesObject): KubernetesObject {
    const labels = { ...git.metadata.labels, 'kustomize.toolkit.fluxcd.io/namespace': stage.namespace }
    return { ...git, metadata: { ...git.metadata, labels } }
  }
})
