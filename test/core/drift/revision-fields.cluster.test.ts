import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../../support/describe-with.js'
import { fluxObject, openStage, told, type Stage } from './stage.js'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, labels: {team: shop}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.com/web:1.0
          args: [--one, --two]
          env: [{name: LEVEL, value: info}, {name: OLD, value: "1"}]
          envFrom: [{configMapRef: {name: web, optional: true}}]
          resources: {requests: {cpu: 1000m}}
`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'what another revision would change', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  /** Applies a Deployment, asks for another revision of it, then applies that one for real: it is in sync then. */
  const change = async (
    name: string,
    replace: readonly (readonly [string, string])[],
    then?: () => Promise<void>,
  ) => {
    const yaml = DEPLOYMENT.replace('NAME', name)
    const applied = await stage.flux(yaml)
    await then?.()
    const nextYaml = replace.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${from} is not there`)
      return text.replace(from, to)
    }, yaml)
    const fields = await stage.revision(fluxObject(nextYaml, stage.namespace), applied)
    await stage.flux(nextYaml)
    const after = await stage.revision(
      fluxObject(nextYaml, stage.namespace),
      fluxObject(nextYaml, stage.namespace),
    )
    expect(after).toEqual([])
    return fields.map(told)
  }

  const pending = { willRevert: false }
  const CONTAINER = 'spec.template.spec.containers[web]'

  it('is nothing where it is the same, or says the same in other words', async () => {
    expect(await change('same', [])).toEqual([])
    expect(await change('equivalent', [['cpu: 1000m', 'cpu: 1']])).toEqual([])
  })

  it('is what is changed, added and dropped', async () => {
    expect(
      await change('changed', [
        ['replicas: 2', 'replicas: 3'],
        ['web:1.0', 'web:1.1'],
        ['{name: OLD, value: "1"}', '{name: NEW, value: "1"}'],
        ['{team: shop}', '{tier: front}'],
      ]),
    ).toEqual([
      { field: 'metadata.labels.team', op: 'added', live: 'shop', ...pending },
      { field: 'metadata.labels.tier', op: 'removed', git: 'front', ...pending },
      { field: 'spec.replicas', op: 'changed', git: 3, live: 2, ...pending },
      { field: `${CONTAINER}.env[NEW]`, op: 'removed', git: { name: 'NEW', value: '1' }, ...pending },
      { field: `${CONTAINER}.env[OLD]`, op: 'added', live: { name: 'OLD', value: '1' }, ...pending },
      {
        field: `${CONTAINER}.image`,
        op: 'changed',
        git: 'example.com/web:1.1',
        live: 'example.com/web:1.0',
        ...pending,
      },
    ])
  })

  it('is a list that is replaced as a whole, also where an item of it loses a field', async () => {
    expect(await change('atomic', [['[--one, --two]', '[--one]']])).toEqual([
      { field: `${CONTAINER}.args`, op: 'changed', git: ['--one'], live: ['--one', '--two'], ...pending },
    ])
    expect(await change('inside', [[', optional: true', '']])).toEqual([
      {
        field: `${CONTAINER}.envFrom`,
        op: 'changed',
        git: [{ configMapRef: { name: 'web' } }],
        live: [{ configMapRef: { name: 'web', optional: true } }],
        ...pending,
      },
    ])
  })

  it('is not what has drifted already, unless the revision changes that too', async () => {
    const scale = (name: string) => () => stage.kubectl('scale', `deploy/${name}`, '--replicas=7')
    expect(await change('drifted', [['web:1.0', 'web:1.1']], scale('drifted'))).toEqual([
      {
        field: `${CONTAINER}.image`,
        op: 'changed',
        git: 'example.com/web:1.1',
        live: 'example.com/web:1.0',
        ...pending,
      },
    ])
    expect(await change('both', [['replicas: 2', 'replicas: 3']], scale('both'))).toEqual([
      { field: 'spec.replicas', op: 'changed', git: 3, live: 7, by: 'person kubectl scale', ...pending },
    ])
    expect(await change('already', [['replicas: 2', 'replicas: 7']], scale('already'))).toEqual([])
  })

  it('is not what it drops and another manager holds as well', async () => {
    const rival = (applied: KubernetesObject) =>
      stage.apply(applied, 'rival', {
        metadata: { name: 'kept', namespace: stage.namespace, labels: { team: 'shop' } },
      })
    const object = fluxObject(DEPLOYMENT.replace('NAME', 'kept'), stage.namespace)
    expect(await change('kept', [['labels: {team: shop}', 'labels: {}']], () => rival(object))).toEqual([])
  })

  it('is nothing where the revision takes the object out of Flux’s hands', async () => {
    const yaml = DEPLOYMENT.replace('NAME', 'out')
    const applied = await stage.flux(yaml)
    const next = yaml
      .replace('{team: shop}', '{kustomize.toolkit.fluxcd.io/reconcile: disabled}')
      .replace('replicas: 2', 'replicas: 3')
    expect(await stage.revision(fluxObject(next, stage.namespace), applied)).toEqual([])
  })

  it('is everything of it, owner labels too, where another Kustomization or nobody applied it', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: taken}\ndata: {a: "2"}\n'
    await stage.flux(yaml.replace('"2"', '"1"'))
    await stage.patch(fluxObject(yaml, stage.namespace), 'rival', {
      metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'others' } },
    })
    expect((await stage.revision(fluxObject(yaml, stage.namespace), undefined)).map(told)).toEqual([
      { field: 'data.a', op: 'changed', git: '2', live: '1', ...pending },
      {
        field: 'metadata.labels[kustomize.toolkit.fluxcd.io/name]',
        op: 'changed',
        git: 'apps',
        live: 'others',
        by: 'controller rival',
        ...pending,
      },
    ])
  })

  it('masks what is secret', async () => {
    const yaml = 'apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {a: swordfish, b: tuna}\n'
    await stage.flux(yaml)
    const fields = await stage.revision(
      fluxObject(yaml.replace('swordfish, b: tuna', 'salmon'), stage.namespace),
      fluxObject(yaml, stage.namespace),
    )
    expect(fields.map(told)).toEqual([
      { field: 'data.a', op: 'changed', git: '*** (after)', live: '*** (before)', ...pending },
      { field: 'data.b', op: 'added', live: '***', ...pending },
    ])
  })
})
