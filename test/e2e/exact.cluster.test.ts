import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { describeWith } from '../support/describe-with.js'
import { openHandFleet, type HandFleet } from '../support/hand-fleet.js'
import { verdictsOf } from '../support/plugin.js'
import { startWebhook, type Webhook } from '../support/webhook.js'

const deployment = (name: string, image = 'example.org/web:1') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: web, image: '${image}', env: [{name: DB_PASSWORD, value: hunter2}]}]}
`
const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`
const MAP = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
data: {level: info}
`
const ROLE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: shop-reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
`

const REHEARSER = {
  name: 'rehearser',
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] },
    { apiGroups: ['*'], resources: ['deployments', 'services', 'configmaps'], verbs: ['patch'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
}

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'kubectl gitops drift --exact', () => {
  let fleet: HandFleet
  let webhooks: readonly Webhook[] = []

  beforeAll(async () => {
    fleet = await openHandFleet([REHEARSER])
    await fleet.plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
    await fleet.apply('roles', ROLE)
    await fleet.apply('maps', MAP)
    await fleet.apply('recreated', deployment('recreated').replaceAll('app: recreated', 'app: other'))
    await fleet.plane.request('DELETE', '/apis/apps/v1/namespaces/shop/deployments/recreated')
    await fleet.flux.apply('recreated', deployment('recreated'))
    const mirror = await startWebhook(fleet.plane, {
      namespace: 'shop',
      group: 'apps',
      resource: 'deployments',
      mutate: ({ object }) =>
        JSON.stringify(object).includes('"example.org/')
          ? [
              {
                op: 'replace',
                path: '/spec/template/spec/containers/0/image',
                value: 'mirror.example/web:1',
              },
            ]
          : [],
    })
    await fleet.apply('mirrored', deployment('mirrored'))
    await fleet.apply('services', SERVICE)
    // What Flux alone wrote is another value now, as if a webhook had done it.
    await fleet.flux.apply('services', SERVICE.replace('8080', '9090'))
    await fleet.flux.apply('maps', MAP.replace('info', 'debug'))
    await fleet.flux.apply('roles', ROLE.replace('[get]', '[get, list]'))
    const old = await startWebhook(fleet.plane, {
      namespace: 'shop',
      group: '',
      resource: 'services',
      isOld: true,
      mutate: () => [],
    })
    webhooks = [mirror, old]
  })

  afterAll(async () => {
    for (const webhook of webhooks) await webhook.stop()
    await fleet.stop()
  })

  const named = (objects: readonly ObjectRecord[], name: string) =>
    objects.find((object) => object.name === name)!

  it('leaves undecided what values and ownership do not tell, and says that it could be asked', async () => {
    const report = await fleet.drift('rehearser')
    expect(verdictsOf(report)).toEqual([
      'ClusterRole/shop-reader unknown undecided',
      'ConfigMap/settings unknown undecided',
      'Deployment/mirrored unknown undecided',
      'Deployment/recreated unknown undecided',
      'Service/web unknown undecided',
    ])
    expect(report.notes).toContain(
      "5 objects are undecided: --exact lets the server rehearse Flux's next apply, for users who may patch",
    )
  })

  it('decides by dry runs, and leaves open with the reason what none can decide', async () => {
    const report = await fleet.drift('rehearser', '--exact')
    expect(
      report.objects.map(({ kind, name, verdict, reason, confidence }) => [
        kind,
        name,
        verdict,
        reason,
        confidence,
      ]),
    ).toEqual([
      ['ClusterRole', 'shop-reader', 'unknown', 'undecided', undefined],
      ['ConfigMap', 'settings', 'drifted', 'modified', 'dry-run'],
      ['Deployment', 'mirrored', 'in-sync', 'admission-normalised', 'dry-run'],
      ['Deployment', 'recreated', 'drifted', 'requires-recreate', 'dry-run'],
      ['Service', 'web', 'unknown', 'webhook-no-dry-run', undefined],
    ])
    expect(report.code).toBe(2)
    expect(report.notes).toEqual([])
  })

  it('explains what the server makes of an image at every apply', async () => {
    const { objects } = await fleet.drift('rehearser', '--exact')
    const { message, fields, explained } = named(objects, 'mirrored')
    expect({ message, fields, explained }).toEqual({
      message:
        "Flux's next apply would change nothing, though live is not what Git says: the server makes it so",
      fields: undefined,
      explained: [
        {
          path: '/spec/template/spec/containers/0/image',
          field: 'spec.template.spec.containers[web].image',
          op: 'changed',
          git: 'example.org/web:1',
          live: 'mirror.example/web:1',
          willRevert: false,
          because: "the server makes it so: a dry run of Flux's apply gives what is live",
        },
      ],
    })
  })

  it('says what cannot be changed on an object that exists, without its values', async () => {
    const report = await fleet.drift('rehearser', '--exact')
    const { message, fields } = named(report.objects, 'recreated')
    expect(message).toBe('spec.selector cannot be changed: the object has to be deleted and created again')
    expect(fields?.map(({ field, willRevert }) => [field, willRevert])).toEqual([
      ['spec.selector.matchLabels.app', false],
      ['spec.template.metadata.labels.app', false],
    ])
    expect(JSON.stringify(report)).not.toContain('hunter2')
  })

  it('says which right a dry run needs, and changes no other answer', async () => {
    const { objects } = await fleet.drift('auditor', '--exact')
    expect(objects.map(({ verdict, reason }) => [verdict, reason])).toEqual(
      objects.map(() => ['unknown', 'undecided']),
    )
    expect(named(objects, 'mirrored').message).toMatch(
      /; a dry run would decide it, and needs the right to patch deployments\.apps in namespace shop$/,
    )
    expect(named(objects, 'shop-reader').message).toMatch(
      / to patch clusterroles\.rbac\.authorization\.k8s\.io$/,
    )
  })

  it('sends nothing but reads, reviews of its own rights and dry runs, and leaves every object as it was', async () => {
    const versions = async () => {
      const kinds = ['/apis/apps/v1/deployments', '/api/v1/services', '/api/v1/configmaps']
      const lists = await Promise.all(kinds.map((path) => fleet.plane.request('GET', path)))
      return lists.flatMap(({ body }) =>
        (body as { items: { metadata: { uid: string; resourceVersion: string } }[] }).items.map(
          ({ metadata }) => [metadata.uid, metadata.resourceVersion],
        ),
      )
    }
    const before = await versions()
    const reviews = async () =>
      (await fleet.plane.auditEvents()).filter(
        ({ user, verb }) => user.username === 'rehearser' && verb === 'create',
      ).length
    const reviewsBefore = await reviews()
    const marker = `/api/v1/namespaces/shop/pods/after-${String(before.length)}`
    await fleet.drift('rehearser', '--exact')
    await fleet.plane.request('GET', marker)
    await fleet.plane.auditEvent(({ requestURI }) => requestURI === marker, 30_000)
    expect(await versions()).toEqual(before)
    // One for each kind and namespace: Deployments, Services, ConfigMaps, ClusterRoles.
    expect((await reviews()) - reviewsBefore).toBe(4)
    const events = (await fleet.plane.auditEvents()).filter(({ user }) => user.username === 'rehearser')
    const sent = events.map(({ verb, requestURI }) =>
      verb === 'get' || verb === 'list'
        ? 'a read'
        : requestURI === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
          ? 'a review'
          : new URL(requestURI, fleet.plane.url).searchParams.getAll('dryRun').join() === 'All'
            ? `a dry run under ${new URL(requestURI, fleet.plane.url).searchParams.get('fieldManager')!}`
            : `${verb} ${requestURI}`,
    )
    expect([...new Set(sent)].sort()).toEqual(['a dry run under kustomize-controller', 'a read', 'a review'])
    expect(new Set(events.map(({ userAgent }) => userAgent?.includes('(drift)')))).toEqual(new Set([true]))
  })
})
