import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { FieldRecord } from '@kubectl-gitops/core/drift/report.js'
import { isRecord, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../../support/describe-with.js'
import { GO_TYPES, KINDS, SERVICE } from './manifests.js'
import { openStage, told, type Stage } from './stage.js'

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'an object that nobody but Flux touched', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  it.each(Object.entries(KINDS))('%s: is in sync right after its apply', async (_, yaml) => {
    const git = await stage.flux(yaml)
    const { verdict, message, fields, explained } = await stage.judge(git)
    expect({ verdict, message, fields, explained: explained.map(byRule) }).toEqual({
      verdict: 'in-sync',
      message: undefined,
      fields: [],
      explained: FILLED_IN[git.kind] ?? [],
    })
  })

  it.each(Object.keys(GO_TYPES))('%s: is in sync with what Go types add on the way', async (kind) => {
    const git = await stage.flux(KINDS[kind]!)
    const sent = merge(git, GO_TYPES[kind]) as KubernetesObject
    await stage.apply(git, 'kustomize-controller', sent)
    const { verdict, fields, explained } = await stage.judge(git)
    expect({ verdict, fields, explained: explained.map(byRule) }).toEqual({
      verdict: 'in-sync',
      fields: [],
      explained: FILLED_IN[git.kind] ?? [],
    })
  })

  it('25: a changed Secret is drift without its values', async () => {
    const git = await stage.flux(KINDS.Secret!.replace('name: db', 'name: changed'))
    await stage.kubectl(
      'patch',
      'secret/changed',
      '-p',
      '{"stringData":{"plain":"correct horse","extra":"staple"}}',
    )
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toEqual([
      {
        field: 'data.extra',
        op: 'added',
        live: '***',
        by: 'person kubectl-patch',
        willRevert: true,
      },
      {
        field: 'data.plain',
        op: 'changed',
        git: '*** (after)',
        live: '*** (before)',
        by: 'person kubectl-patch',
        willRevert: true,
      },
    ])
  })

  it('14: an empty Secret value filled by hand is drift', async () => {
    const git = await stage.flux(KINDS.Secret!.replace('name: db', 'name: filled'))
    await stage.kubectl('patch', 'secret/filled', '-p', '{"stringData":{"empty":"no more"}}')
    expect((await stage.judge(git)).fields.map(({ field, op }) => [field, op])).toEqual([
      ['data.empty', 'changed'],
    ])
  })

  it('16: a committed status is not compared', async () => {
    const git = await stage.flux(
      `${KINDS.PodDisruptionBudget!.replace('name: web', 'name: status')}status: {disruptionsAllowed: 7}`,
    )
    expect(await stage.judge(git)).toMatchObject({ verdict: 'in-sync' })
  })

  it('41: a Secret that a controller adds to a ServiceAccount is in sync and explained', async () => {
    const git = await stage.flux(KINDS.ServiceAccount!.replace('name: web', 'name: robot'))
    await stage.update(git, 'token-controller', { '/secrets': [{ name: 'robot-abc' }] })
    const { verdict, explained } = await stage.judge(git)
    expect([verdict, explained.map(told)]).toEqual([
      'in-sync',
      [
        {
          field: 'secrets[robot-abc]',
          op: 'added',
          live: { name: 'robot-abc' },
          by: 'controller token-controller',
          willRevert: false,
        },
      ],
    ])
  })

  it('41: a pull secret added to a list that Flux replaces as a whole is a contest', async () => {
    const git = await stage.flux(KINDS.ServiceAccount!.replace('name: web', 'name: puller'))
    await stage.update(git, 'registry-controller', {
      '/imagePullSecrets': [{ name: 'registry' }, { name: 'mirror' }],
    })
    expect(await stage.judge(git)).toMatchObject({ verdict: 'drifted', reason: 'contested' })
  })

  it('44: labels that a cloud puts on a Namespace are in sync and explained', async () => {
    const git = await stage.flux(`{apiVersion: v1, kind: Namespace, metadata: {name: ${stage.namespace}}}`)
    await stage.patch(git, 'cloud-controller-manager', { metadata: { labels: { zone: 'a' } } })
    const { verdict, explained } = await stage.judge(git)
    expect([verdict, explained.map(byRule)]).toEqual([
      'in-sync',
      ['metadata.labels.zone', 'metadata.labels[kubernetes.io/metadata.name] (namespace-name-label)'],
    ])
  })

  it('8: two Service ports of one number differ by their protocol', async () => {
    const git = await stage.flux(
      SERVICE.replace('name: web}', 'name: dns}').replace('port: 80,', 'port: 53,'),
    )
    expect(await stage.judge(git)).toMatchObject({ verdict: 'in-sync' })
    const ports = [{ op: 'remove', path: '/spec/ports/1' }]
    await stage.kubectl('patch', 'service/dns', '--type=json', `-p=${JSON.stringify(ports)}`)
    expect((await stage.judge(git)).fields.map(({ field, op }) => [field, op])).toEqual([
      ['spec.ports[53,UDP]', 'removed'],
    ])
  })

  it('57: a port named by number is not one named by text', async () => {
    const git = await stage.flux(
      SERVICE.replace('name: web}', 'name: typed}').replace('targetPort: http', 'targetPort: 80'),
    )
    await stage.kubectl('patch', 'service/typed', '-p', '{"spec":{"ports":[{"port":80,"targetPort":"a80"}]}}')
    expect((await stage.judge(git)).fields.map(({ git: before, live }) => [before, live])).toContainEqual([
      80,
      'a80',
    ])
  })

  it('47: a field that the kind does not have is said, and in sync', async () => {
    const yaml = KINDS.PodDisruptionBudget!.replace('name: web', 'name: misspelt')
    const git = await stage.flux(yaml)
    const misspelt = { ...git, spec: { ...(git.spec as object), maxUnavailabel: 1 } }
    expect(await stage.judge(misspelt)).toMatchObject({
      verdict: 'in-sync',
      reason: 'unknown-field',
      message: 'spec.maxUnavailabel is not a field of PodDisruptionBudget: the server drops it',
    })
  })
})

const byRule = ({ field, rule }: FieldRecord): string => (rule === undefined ? field : `${field} (${rule})`)

/** What the server itself fills in, beside defaults of its schema. */
const FILLED_IN: Readonly<Record<string, readonly string[]>> = {
  Service: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].map(
    (name) => `spec.${name} (service-addresses)`,
  ),
}

/** A merge patch that goes into list items by position. */
function merge(base: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) {
    const items: readonly unknown[] = Array.isArray(base) ? base : []
    return items.map((item, index) => merge(item, (patch as unknown[])[index]))
  }
  if (!isRecord(patch)) return patch === undefined ? base : patch
  const record = isRecord(base) ? base : {}
  const merged = Object.entries(patch).map(([name, value]) => [name, merge(record[name], value)])
  return { ...record, ...(Object.fromEntries(merged) as object) }
}
