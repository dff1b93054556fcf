import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { discover, type Discovery } from '@kubectl-gitops/core/live/discovery.js'
import { readLive, type Wanted } from '@kubectl-gitops/core/live/list.js'
import { keyString } from '@kubectl-gitops/core/object.js'
import { startControlPlane, type ControlPlane } from '../../support/control-plane.js'
import { describeWith } from '../../support/describe-with.js'
import { eventually } from '../../support/eventually.js'

const GROUP = 'broken.example.org'
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const OWNER = { 'kustomize.toolkit.fluxcd.io/name': 'apps' }

const version = (name: string, storage: boolean): object => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
})
const crd = (kind: string, more: object): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${GROUP}` },
  spec: { group: GROUP, names: { kind, plural: `${kind.toLowerCase()}s` }, scope: 'Namespaced', ...more },
})

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'a kind that is broken on the server', () => {
  // A server of its own: others look at all the kinds that the shared one has.
  let plane: ControlPlane
  let cluster: Cluster
  let namespace = ''

  beforeAll(async () => {
    plane = await startControlPlane()
    namespace = await plane.createNamespace('broken')
    cluster = await connect({ kubeconfig: await plane.kubeconfigFor('auditor'), env: {} })
    await create(`/api/v1/namespaces/${namespace}/configmaps`, object('v1', 'ConfigMap', 'whole'))
  })
  afterAll(async () => {
    cluster.close()
    await plane.stop()
  })

  const object = (apiVersion: string, kind: string, name: string): object => ({
    apiVersion,
    kind,
    metadata: { name, labels: OWNER },
  })
  const wanted = (apiVersion: string, kind: string, name: string): Wanted => {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
    return { apiVersion, key: { group, kind, namespace, name } }
  }
  const create = async (path: string, body: object): Promise<void> => {
    const { status, body: answer } = await plane.request('POST', path, body)
    if (status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  }
  const served = (kind: string): Promise<Discovery> =>
    eventually(
      async () => {
        const discovery = await discover(cluster)
        return discovery.find(`${GROUP}/v1`, kind) === undefined ? undefined : discovery
      },
      { timeoutMs: 20_000, complaint: () => `${kind} is not served` },
    )

  /** What is said of a ConfigMap and of the one object of a kind. */
  async function read(discovery: Discovery, kind: string, name: string) {
    const wants = [wanted('v1', 'ConfigMap', 'whole'), wanted(`${GROUP}/v1`, kind, name)]
    const live = await readLive(cluster, discovery, wants, {})
    const [whole, broken] = wants.map(({ key }) => keyString(key))
    return {
      others: live.objects.has(whole ?? ''),
      there: live.objects.has(broken ?? ''),
      problem: live.problems.get(broken ?? ''),
      notes: live.notes,
    }
  }

  it('because its conversion webhook is down is a problem in the words of the server, and hides no other kind', async () => {
    const versions = [version('v1', false), version('v2', true)]
    await create(CRDS, crd('Turned', { versions }))
    const discovery = await served('Turned')
    await create(`/apis/${GROUP}/v2/namespaces/${namespace}/turneds`, object(`${GROUP}/v2`, 'Turned', 'one'))
    const clientConfig = { url: 'https://127.0.0.1:9/convert' }
    const conversion = { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } }
    const patched = await plane.request('PATCH', `${CRDS}/turneds.${GROUP}`, { spec: { conversion } })
    expect(patched.status).toBe(200)
    const answer = await eventually(
      async () => {
        const found = await read(discovery, 'Turned', 'one')
        return found.problem === undefined ? undefined : found
      },
      { timeoutMs: 20_000, complaint: () => 'the webhook is not asked' },
    )
    expect({ ...answer, problem: [answer.problem?.code, answer.problem?.why] }).toEqual({
      others: true,
      there: false,
      problem: [
        'SERVER_ERROR',
        expect.stringContaining(`conversion webhook for ${GROUP}/v2, Kind=Turned failed`),
      ],
      notes: [expect.stringContaining('list of turneds.broken.example.org failed')],
    })
  })

  it('because its CustomResourceDefinition vanished after discovery is a problem, never an absence', async () => {
    await create(CRDS, crd('Gone', { versions: [version('v1', true)] }))
    const discovery = await served('Gone')
    await create(`/apis/${GROUP}/v1/namespaces/${namespace}/gones`, object(`${GROUP}/v1`, 'Gone', 'one'))
    await plane.request('DELETE', `${CRDS}/gones.${GROUP}`)
    await eventually(
      async () => ((await plane.request('GET', `/apis/${GROUP}/v1/gones`)).status === 404 ? true : undefined),
      { timeoutMs: 20_000, complaint: () => 'the kind is still served' },
    )
    const answer = await read(discovery, 'Gone', 'one')
    expect({ ...answer, problem: answer.problem?.code }).toEqual({
      others: true,
      there: false,
      problem: 'NOT_FOUND',
      notes: [expect.stringContaining('list of gones.broken.example.org failed')],
    })
  })
})
