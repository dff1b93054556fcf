import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWith } from '../../support/describe-with.js'
import { SERVICE, WEB } from './manifests.js'
import { openStage, outcome, told, type Stage } from './stage.js'

const BINARIES = ['etcd', 'kube-apiserver', 'kubectl'] as const
const CONTAINER = 'spec.template.spec.containers[web]'

describeWith(BINARIES, 'what people and controllers do to an object that Flux applied', () => {
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
  const target = () => `deployment/web-${number}`

  it('finds a fresh apply in sync', async () => {
    expect(outcome(await stage.judge(await deploy()))).toEqual({
      verdict: 'in-sync',
      reason: 'equivalent',
      fields: [],
    })
  })

  it('FN1: an annotation added by kubectl annotate is drift that Flux reverts', async () => {
    const git = await deploy()
    await stage.kubectl('annotate', target(), 'note=by hand')
    expect(outcome(await stage.judge(git))).toEqual({
      verdict: 'drifted',
      reason: 'unmanaged-field',
      fields: [
        {
          field: 'metadata.annotations.note',
          op: 'added',
          live: 'by hand',
          by: 'person kubectl-annotate',
          willRevert: true,
        },
      ],
    })
  })

  it('FN1: a label added by kubectl label is drift that Flux reverts', async () => {
    const git = await deploy()
    await stage.kubectl('label', target(), 'tier=gold')
    expect((await stage.judge(git)).fields.map(told)).toEqual([
      {
        field: 'metadata.labels.tier',
        op: 'added',
        live: 'gold',
        by: 'person kubectl-label',
        willRevert: true,
      },
    ])
  })

  it('FN1: a variable added by kubectl set env is drift that Flux reverts', async () => {
    const git = await deploy()
    await stage.kubectl('set', 'env', target(), 'DB_PASSWORD=hunter2')
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toContainEqual({
      field: `${CONTAINER}.env[DB_PASSWORD]`,
      op: 'added',
      live: { name: 'DB_PASSWORD', value: '***' },
      by: 'person kubectl-set',
      willRevert: true,
    })
    expect(judgement.verdict).toBe('drifted')
    expect(JSON.stringify(judgement)).not.toContain('hunter2')
  })

  it('FN1: a container added by kubectl patch is one addition, and Flux drops it', async () => {
    const git = await deploy()
    const container = {
      name: 'debug',
      image: 'example.org/debug',
      env: [{ name: 'API_TOKEN', value: 'x1y2' }],
    }
    const patch = JSON.stringify({ spec: { template: { spec: { containers: [container] } } } })
    await stage.kubectl('patch', target(), '-p', patch)
    const { verdict, fields } = await stage.judge(git)
    expect([verdict, fields.map(({ field, op, willRevert }) => [field, op, willRevert])]).toEqual([
      'drifted',
      [['spec.template.spec.containers[debug]', 'added', true]],
    ])
    expect(fields[0]?.live).toMatchObject({ env: [{ name: 'API_TOKEN', value: '***' }] })
  })

  it('FN1: kubectl rollout restart is drift that Flux reverts', async () => {
    const git = await deploy()
    await stage.kubectl('rollout', 'restart', target())
    const { verdict, fields } = await stage.judge(git)
    expect([
      verdict,
      fields.map(({ field, actor, willRevert }) => [field, actor?.manager, willRevert]),
    ]).toEqual([
      'drifted',
      [['spec.template.metadata.annotations[kubectl.kubernetes.io/restartedAt]', 'kubectl-rollout', true]],
    ])
  })

  it('a changed image is drift with who and what', async () => {
    const git = await deploy()
    await stage.kubectl('set', 'image', target(), 'web=example.org/web:2')
    expect(outcome(await stage.judge(git))).toEqual({
      verdict: 'drifted',
      reason: 'modified',
      fields: [
        {
          field: `${CONTAINER}.image`,
          op: 'changed',
          git: 'example.org/web:1',
          live: 'example.org/web:2',
          by: 'person kubectl-set',
          willRevert: true,
        },
      ],
    })
  })

  it('a change is drift that stays where Flux is suspended', async () => {
    const git = await deploy()
    await stage.kubectl('label', target(), '--overwrite', 'app=other')
    const { fields } = await stage.judge(git, { held: 'Kustomization flux-system/apps is suspended' })
    expect(fields.map(({ field, willRevert, because }) => [field, willRevert, because])).toEqual([
      ['metadata.labels.app', false, 'Kustomization flux-system/apps is suspended'],
    ])
  })

  it('kubectl scale where Git has no replicas is in sync, and explained without a name', async () => {
    const git = await deploy()
    await stage.kubectl('scale', target(), '--replicas=3')
    const { verdict, explained } = await stage.judge(git)
    expect([verdict, explained.map(told)]).toEqual([
      'in-sync',
      [{ field: 'spec.replicas', op: 'added', live: 3, willRevert: false }],
    ])
  })

  it('22: kubectl scale where Git pins replicas is drift that Flux reverts', async () => {
    const git = await deploy((yaml) => yaml.replace('spec:\n', 'spec:\n  replicas: 2\n'))
    await stage.kubectl('scale', target(), '--replicas=3')
    expect(outcome(await stage.judge(git))).toEqual({
      verdict: 'drifted',
      reason: 'modified',
      fields: [
        {
          field: 'spec.replicas',
          op: 'changed',
          git: 2,
          live: 3,
          by: 'person kubectl scale',
          willRevert: true,
        },
      ],
    })
  })

  it('22: an autoscaler against pinned replicas is a contest', async () => {
    const git = await deploy((yaml) => yaml.replace('spec:\n', 'spec:\n  replicas: 2\n'))
    const path = `/apis/apps/v1/namespaces/${stage.namespace}/deployments/${git.metadata.name}/scale`
    const { status } = await stage.cluster.request('PATCH', `${path}?fieldManager=kube-controller-manager`, {
      spec: { replicas: 7 },
    })
    expect(status).toBe(200)
    const judgement = await stage.judge(git)
    expect([judgement.verdict, judgement.reason, judgement.fields[0]?.actor?.class]).toEqual([
      'drifted',
      'contested',
      'autoscaler',
    ])
  })

  it('a removed field is drift, and nobody is named', async () => {
    const git = await deploy()
    await stage.patch(git, 'kubectl-edit', {
      metadata: { labels: { app: null } },
    })
    expect(outcome(await stage.judge(git))).toEqual({
      verdict: 'drifted',
      reason: 'modified',
      fields: [{ field: 'metadata.labels.app', op: 'removed', git: 'web', willRevert: true }],
    })
  })

  it('a removed false that means something is drift', async () => {
    const git = await deploy()
    const path = '/spec/template/spec/containers/0/securityContext'
    await stage.kubectl('patch', target(), '--type=json', `-p=[{"op":"remove","path":"${path}"}]`)
    const { verdict, fields } = await stage.judge(git)
    expect([verdict, fields.map(({ field, op }) => [field, op])]).toEqual([
      'drifted',
      [[`${CONTAINER}.securityContext`, 'removed']],
    ])
  })

  it('FN5: a variable removed by hand is drift', async () => {
    const git = await deploy()
    await stage.kubectl('set', 'env', target(), 'LOG_LEVEL-')
    const { fields } = await stage.judge(git)
    expect(fields.map(({ field, op }) => [field, op])).toContainEqual([
      `${CONTAINER}.env[LOG_LEVEL]`,
      'removed',
    ])
  })

  it('a value forced by another server-side apply is a contest', async () => {
    const git = await deploy()
    await stage.apply(git, 'image-operator', {
      spec: { template: { spec: { containers: [{ name: 'web', image: 'example.org/mirror/web:1' }] } } },
    })
    expect(outcome(await stage.judge(git))).toEqual({
      verdict: 'drifted',
      reason: 'contested',
      fields: [
        {
          field: `${CONTAINER}.image`,
          op: 'changed',
          git: 'example.org/web:1',
          live: 'example.org/mirror/web:1',
          by: 'controller image-operator',
          willRevert: true,
        },
      ],
    })
  })

  it('45: the revision annotation of the Deployment controller is in sync and explained', async () => {
    const git = await deploy()
    await stage.patch(git, 'kube-controller-manager', {
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '4' } },
    })
    const { verdict, explained } = await stage.judge(git)
    expect([verdict, explained.map(told)]).toEqual([
      'in-sync',
      [
        {
          field: 'metadata.annotations[deployment.kubernetes.io/revision]',
          op: 'added',
          live: '4',
          by: 'controller kube-controller-manager',
          willRevert: false,
        },
      ],
    ])
  })

  it('52: a reorder of variables is in sync, one of init containers or of dependent variables is drift', async () => {
    const git = await deploy()
    const env = '/spec/template/spec/containers/0/env'
    const swap = [{ op: 'move', from: `${env}/0`, path: `${env}/1` }]
    await stage.kubectl('patch', target(), '--type=json', `-p=${JSON.stringify(swap)}`)
    expect(await stage.judge(git)).toMatchObject({ verdict: 'in-sync', reason: 'equivalent' })
    const dependent = await deploy((yaml) => yaml.replace('value: ""', 'value: $(LOG_LEVEL)'))
    await stage.kubectl('patch', target(), '--type=json', `-p=${JSON.stringify(swap)}`)
    expect(await stage.judge(dependent)).toMatchObject({ verdict: 'drifted', reason: 'reordered' })
  })

  it('42: what the server allocates for a Service is in sync', async () => {
    const git = await stage.flux(SERVICE)
    const { verdict, explained } = await stage.judge(git)
    expect([verdict, [...new Set(explained.map(({ rule }) => rule))]]).toEqual([
      'in-sync',
      ['service-addresses'],
    ])
  })
})
