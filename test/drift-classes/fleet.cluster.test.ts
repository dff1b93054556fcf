import { afterAll, beforeAll, expect } from '@jest/globals'
import type { DriftReport, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { describeWith } from '../support/describe-with.js'
import { openHandFleet, type HandFleet } from '../support/hand-fleet.js'
import { shows } from './fixture.js'

const map = (name: string, more = 'data: {a: "1"}') => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default}
${more}
`
const labels = (owner: string) =>
  `{kustomize.toolkit.fluxcd.io/name: ${owner}, kustomize.toolkit.fluxcd.io/namespace: flux-system}`

/** Reads everything but Secrets. */
const CURIOUS = {
  name: 'curious',
  rules: [
    {
      apiGroups: [
        '',
        'apps',
        'batch',
        'apiextensions.k8s.io',
        'kustomize.toolkit.fluxcd.io',
        'source.toolkit.fluxcd.io',
      ],
      resources: [
        'configmaps',
        'namespaces',
        'deployments',
        'cronjobs',
        'customresourcedefinitions',
        'kustomizations',
        'gitrepositories',
      ],
      verbs: ['get', 'list'],
    },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
}

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'what is decided before objects are compared', () => {
  let fleet: HandFleet
  let report: DriftReport

  beforeAll(async () => {
    fleet = await openHandFleet([CURIOUS])
    await fleet.commit('places', NAMESPACED)
    await fleet.commit('definitions', DEFINED)
    await fleet.commit(
      'gone',
      map('gone-version').replace('v1', 'policy/v1beta1').replace('ConfigMap', 'PodDisruptionBudget'),
    )
    await fleet.commit('hashed', `${map('settings-4b5c6d7f8g')}---${map('kept')}`, {
      applied: { inventory: ['default_settings-4b5c6d7f8g__ConfigMap', 'default_kept__ConfigMap'] },
    })
    await fleet.flux.apply('hashed', `${map('settings-9h2k5m7t4b')}---${map('kept')}`)
    await fleet.apply('copies', map('original'))
    await copies()
    await fleet.commit('octal', OCTAL)
    await fleet.plane.kubectl(['apply', '--server-side', '--field-manager=kustomize-controller', '-f', '-'], {
      stdin: OCTAL.replace('namespace: default', `namespace: default, labels: ${labels('octal')}`),
    })
    await fleet.apply('ahead', map('ahead'))
    await fleet.plane.request(
      'PATCH',
      '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/ahead/status',
      { status: { artifact: { revision: `main@sha1:${'f'.repeat(40)}` } } },
    )
    await fleet.apply('scopes', SCOPES)
    await fleet.commit('listed', `${LIST}---${NO_NAMESPACE}`)
    await fleet.flux.apply('listed', `${map('first')}---${map('second')}`)
    await fleet.commit('twice', `${map('twice')}---${map('twice')}`, {
      applied: { ready: { status: 'False', reason: 'BuildFailed', message: 'twice' } },
    })
    await fleet.commit('nameless', map('x').replace('name: x', 'generateName: x-'), {
      applied: { ready: { status: 'False', reason: 'BuildFailed', message: 'missing metadata.name' } },
    })
    await fleet.apply(
      'hooks',
      map('hook').replace('default}', 'default, annotations: {helm.sh/hook: pre-install}}'),
    )
    await fleet.apply('suspended', map('suspended'), { spec: { suspend: true } })
    await fleet.plane.kubectl(['-n', 'default', 'patch', 'configmap/suspended', '-p', '{"data":{"a":"2"}}'])
    await fleet.apply('secrets', SECRET)
    report = await fleet.drift('admin')
  })

  /** What another controller copied, with and without saying what it belongs to. */
  const copies = async () => {
    const { body } = await fleet.plane.request('GET', '/api/v1/namespaces/default/configmaps/original')
    const { uid } = (body as { metadata: { uid: string } }).metadata
    const owner = `[{apiVersion: v1, kind: ConfigMap, name: original, uid: ${uid}}]`
    const copy = (name: string, more: string) =>
      map(name).replace('default}', `default, labels: ${labels('copies')}${more}}`)
    await fleet.plane.kubectl(['create', '-f', '-'], {
      stdin: `${copy('copied', `, ownerReferences: ${owner}`)}---${copy('forged', '')}`,
    })
  }

  afterAll(() => fleet.stop())

  const named = (name: string): ObjectRecord => {
    const found = report.objects.filter((object) => object.name === name)
    expect(found.length).toBe(1)
    return found[0]!
  }
  const kustomization = (name: string) => report.kustomizations.find((one) => one.name === name)!

  shows('28', 'the server does not serve it any more', 'unknown (version-gone)', () =>
    Promise.resolve(named('gone-version')),
  )
  shows('38', 'the namespace is in Git as well', 'missing (blocked-by-namespace)', () =>
    Promise.resolve(named('waiting-for-namespace')),
  )
  shows('39', 'the definition is in Git as well', 'missing (blocked-by-crd)', () =>
    Promise.resolve(named('waiting-for-definition')),
  )
  shows('39', 'nobody knows the kind', 'unknown (not-found)', () => Promise.resolve(named('of-no-kind')))
  shows('49', 'one finding, not one missing and one orphaned', 'drifted (renamed)', () => {
    expect(report.objects.filter(({ owner }) => owner.name === 'hashed').map(({ name }) => name)).toEqual([
      'kept',
      'settings-4b5c6d7f8g',
    ])
    const renamed = named('settings-4b5c6d7f8g')
    expect(renamed.message).toBe(
      'on the cluster it is settings-9h2k5m7t4b, of other content; Flux will create it again; of ' +
        'settings-9h2k5m7t4b: it carries the owner labels but is not in the inventory: Flux will never delete it',
    )
    return Promise.resolve(renamed)
  })
  shows('51', 'a copy that names its owner is not ours', 'in-sync', () => {
    expect(named('copied')).toMatchObject({ verdict: 'in-sync', reason: 'controller-made' })
    return Promise.resolve(named('original'))
  })
  shows('51', 'a copy that does not is a forged one', 'orphaned (forged-owner-label)', () =>
    Promise.resolve(named('forged')),
  )
  shows('55', 'defaultMode: 0644 is 420', 'in-sync (equivalent)', async () => {
    const { body } = await fleet.plane.request('GET', '/apis/batch/v1/namespaces/default/cronjobs/octal')
    expect(JSON.stringify(body)).toMatch(/"defaultMode":420/)
    return named('octal')
  })
  shows('59', 'a suspended Kustomization: still compared, and nothing put back', 'drifted (modified)', () => {
    expect(named('suspended').fields?.map(({ willRevert }) => willRevert)).toEqual([false])
    return Promise.resolve(named('suspended'))
  })
  shows('60', 'the object is as it was applied', 'in-sync', () => Promise.resolve(named('ahead')))
  shows('60', 'the Kustomization says so', 'pending (git-ahead)', () =>
    Promise.resolve(kustomization('ahead')),
  )
  shows('62', 'a namespace on a ClusterRole means nothing', 'in-sync', () => Promise.resolve(named('scoped')))
  shows('62', 'none on a ConfigMap: Flux refuses it', 'failed (namespace-missing)', () =>
    Promise.resolve(named('nowhere')),
  )
  shows('63', 'items of a List are objects of their own', 'in-sync', () => {
    expect(named('first').verdict).toBe('in-sync')
    return Promise.resolve(named('second'))
  })
  shows('63', 'an object twice does not build', 'failed (build-failed)', () => {
    expect(kustomization('twice').message).toMatch(/may not add resource with an already registered id/)
    return Promise.resolve(kustomization('twice'))
  })
  shows('64', 'kustomize does not build an object without a name', 'failed (build-failed)', () => {
    expect(kustomization('nameless').message).toMatch(/missing metadata\.name in object/)
    return Promise.resolve(kustomization('nameless'))
  })
  shows('65', 'a Kustomization knows no hooks: it is an object like others', 'in-sync', () =>
    Promise.resolve(named('hook')),
  )
  shows('FN6', 'it is not called missing', 'unknown (forbidden)', async () => {
    const { objects } = await fleet.drift('curious')
    return objects.find(({ kind }) => kind === 'Secret')!
  })
  shows('FN6', 'everything else is answered all the same', 'in-sync', async () => {
    const { objects } = await fleet.drift('curious')
    return objects.find(({ name }) => name === 'original')!
  })
})

const NAMESPACED = `
apiVersion: v1
kind: Namespace
metadata: {name: not-yet}
---${map('waiting-for-namespace').replace('default', 'not-yet')}`

const DEFINED = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: laters.fleet.example.org}
spec:
  group: fleet.example.org
  names: {kind: Later, plural: laters}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
---
{apiVersion: fleet.example.org/v1, kind: Later, metadata: {name: waiting-for-definition, namespace: default}}
---
{apiVersion: none.example.org/v1, kind: Nothing, metadata: {name: of-no-kind, namespace: default}}
`

const OCTAL = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: octal, namespace: default}
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: a, image: a, resources: {limits: {cpu: 1000m}}}]
          volumes: [{name: config, configMap: {name: config, defaultMode: 0644}}]
`

const SCOPES = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: scoped, namespace: default}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`

const LIST = `
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: first, namespace: default}, data: {a: "1"}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: second, namespace: default}, data: {a: "1"}}
`

const NO_NAMESPACE = `
{apiVersion: v1, kind: ConfigMap, metadata: {name: nowhere}}
`

const SECRET = `
{apiVersion: v1, kind: Secret, metadata: {name: hidden, namespace: default}, data: {a: YQ==}}
`
