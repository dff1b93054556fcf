import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWith } from '../../support/describe-with.js'
import { WEB } from './manifests.js'
import { openStage, type Stage } from './stage.js'

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'an object whose ownership was tampered with', () => {
  let stage: Stage
  let number = 0

  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  /** A Deployment of its own for each test. */
  const deploy = (change: (yaml: string) => string = (yaml) => yaml) => {
    number += 1
    return stage.flux(change(WEB.replace('name: web,', `name: web-${number},`)))
  }

  it('an object with wiped managedFields is never called in sync', async () => {
    const git = await deploy()
    await stage.patch(git, 'kubectl-edit', { metadata: { managedFields: [{}] } })
    expect((await stage.live(git)).metadata.managedFields).toBeUndefined()
    expect(await stage.judge(git)).toMatchObject({ verdict: 'unknown', reason: 'undecided' })
    await stage.patch(git, 'kubectl-edit', { spec: { paused: true }, metadata: { labels: { app: 'x' } } })
    expect(await stage.judge(git)).toMatchObject({ verdict: 'drifted', reason: 'modified' })
  })

  it("what somebody writes under Flux's name is unknown, never in sync", async () => {
    const git = await deploy()
    await stage.apply(git, 'kustomize-controller', {
      ...git,
      metadata: { ...git.metadata, labels: { ...git.metadata.labels, forged: 'yes' } },
    })
    expect(await stage.judge(git)).toMatchObject({
      verdict: 'unknown',
      message: 'kustomize-controller applied metadata.labels.forged, which this build does not have',
    })
  })

  it('59: a live-only switch that takes the object from Flux is drift that stays', async () => {
    const git = await deploy()
    await stage.kubectl(
      'annotate',
      `deployment/${git.metadata.name}`,
      'kustomize.toolkit.fluxcd.io/reconcile=disabled',
    )
    const { verdict, reason, fields } = await stage.judge(git)
    expect([verdict, reason, fields.map(({ willRevert }) => willRevert)]).toEqual([
      'drifted',
      'reconcile-disabled-live-only',
      [false],
    ])
  })

  it('61: an object that is being deleted is drift', async () => {
    const git = await deploy((yaml) => yaml.replace('labels:', 'finalizers: [example.org/hold], labels:'))
    await stage.kubectl('delete', `deployment/${git.metadata.name}`, '--wait=false')
    expect(await stage.judge(git)).toMatchObject({ verdict: 'drifted', reason: 'deleting' })
  })
})
