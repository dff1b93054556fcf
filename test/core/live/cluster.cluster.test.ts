import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import type { Cluster as TestCluster } from '../../support/cluster.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'
import { failureOf, kubeconfigOf } from './http-server.js'

let plane: TestCluster
let cluster: Cluster
let folder = ''
let namespace = ''

beforeAll(async () => {
  plane = await sharedControlPlane()
  namespace = await plane.createNamespace('live')
  folder = await mkdtemp(path.join(tmpdir(), 'cluster-'))
  cluster = await connect({ kubeconfig: plane.kubeconfig, env: {}, userAgent: 'kubectl-gitops/test (live)' })
})

afterAll(async () => {
  cluster.close()
  plane.disconnect()
  await rm(folder, { recursive: true })
})

async function kubeconfig(fields: object, token = plane.access.tokens.admin): Promise<string> {
  const file = path.join(folder, 'config')
  await writeFile(file, JSON.stringify(kubeconfigOf({ server: plane.url, ...fields }, { token })))
  return file
}

async function createMaps(count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index)
  const create = async (): Promise<void> => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${number}` } }
      const { status } = await plane.request('POST', `/api/v1/namespaces/${namespace}/configmaps`, body)
      if (status !== 201) throw new Error(`ConfigMap ${number}: ${status}`)
    }
  }
  await Promise.all(Array.from({ length: 16 }, create))
}

describe('a cluster', () => {
  it('answers an object exactly as the server has it', async () => {
    const { body } = await plane.request('GET', `/api/v1/namespaces/${namespace}`)
    expect(await cluster.get(`/api/v1/namespaces/${namespace}`)).toEqual(body)
    expect(cluster.server).toBe(plane.url.replace(/\/$/, ''))
  })

  it('reads 1,203 objects in pages of 500, each once', async () => {
    await createMaps(1203)
    const sizes: number[] = []
    const names: string[] = []
    for await (const page of cluster.pages(`/api/v1/namespaces/${namespace}/configmaps`)) {
      sizes.push(page.items.length)
      expect(new Set(page.items.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))).toEqual(
        new Set(['v1 ConfigMap']),
      )
      names.push(...page.items.map(({ metadata }) => metadata.name))
    }
    const expected = Array.from({ length: 1203 }, (_, number) => `map-${number}`)
    expect([sizes, [...names].sort()]).toEqual([[500, 500, 203], expected.sort()])
  })

  it('is seen by the server as the impersonated user, with every group', async () => {
    const jo = await connect({
      kubeconfig: plane.kubeconfig,
      env: {},
      as: 'jo',
      asGroups: ['readers', 'system:masters'],
      userAgent: 'kubectl-gitops/test (as jo)',
    })
    await jo.get(`/api/v1/namespaces/${namespace}`)
    jo.close()
    const event = await plane.auditEvent(({ userAgent }) => userAgent === 'kubectl-gitops/test (as jo)')
    expect([event.verb, event.user.username, event.impersonatedUser]).toEqual([
      'get',
      'admin',
      { username: 'jo', groups: ['readers', 'system:masters', 'system:authenticated'] },
    ])
  })

  it('may ask what it may do, as somebody who may not write', async () => {
    const auditor = await connect({ kubeconfig: await plane.kubeconfigFor('auditor'), env: {} })
    const ask = async (verb: string): Promise<unknown> => {
      const answer = await auditor.review('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, resource: 'configmaps', namespace } },
      })
      return (answer as { status: { allowed: unknown } }).status.allowed
    }
    expect([await ask('list'), await ask('patch')]).toEqual([true, false])
    auditor.close()
  })
})

describe('what the real server refuses', () => {
  it('a certificate nobody vouched for', async () => {
    const stranger = await connect({ kubeconfig: await kubeconfig({}), env: {} })
    expect(await failureOf(stranger.get('/version'))).toEqual({
      code: 'CLUSTER_UNREACHABLE',
      message: `Unable to connect to the server ${new URL(plane.url).host}`,
      why: expect.stringMatching(/self-signed certificate|unable to verify the first certificate/),
      tryThis:
        'check certificate-authority-data, tls-server-name and the scheme of the server in the kubeconfig',
    })
    stranger.close()
  })

  it('a certificate for another name', async () => {
    const authority = Buffer.from(plane.access.authority).toString('base64')
    const file = await kubeconfig({
      'certificate-authority-data': authority,
      'tls-server-name': 'other.example',
    })
    const stranger = await connect({ kubeconfig: file, env: {} })
    expect(await failureOf(stranger.get('/version'))).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      why: expect.stringContaining("Hostname/IP does not match certificate's altnames"),
    })
    stranger.close()
  })

  it('is let through where the kubeconfig says not to check', async () => {
    const file = await kubeconfig({ 'insecure-skip-tls-verify': true })
    const careless = await connect({ kubeconfig: file, env: {} })
    expect(await careless.get('/version')).toMatchObject({ major: '1' })
    careless.close()
  })

  it('a token it does not know, without showing it', async () => {
    const file = await kubeconfig({ 'insecure-skip-tls-verify': true }, 's3cret-wrong-token')
    const stranger = await connect({ kubeconfig: file, env: {} })
    const failure = await failureOf(stranger.get('/api/v1/pods'))
    expect(failure).toEqual({
      code: 'UNAUTHORIZED',
      message: 'You must be logged in to the server (Unauthorized)',
      why: 'the server did not accept the credentials of this context',
      tryThis: 'kubectl auth whoami',
    })
    stranger.close()
  })

  it('what a user has no right to, in its own words', async () => {
    const nobody = await connect({ kubeconfig: plane.kubeconfig, env: {}, as: 'nobody' })
    expect(await failureOf(nobody.get('/api/v1/secrets'))).toEqual({
      code: 'FORBIDDEN',
      message: 'Error from server (Forbidden): GET /api/v1/secrets',
      why: 'secrets is forbidden: User "nobody" cannot list resource "secrets" in API group "" at the cluster scope',
    })
    nobody.close()
  })

  it('what is not there, in its own words', async () => {
    expect([
      await failureOf(cluster.get(`/api/v1/namespaces/${namespace}/configmaps/nothing`)),
      await failureOf(cluster.get('/apis/example.com/v1/widgets')),
    ]).toEqual([
      {
        code: 'NOT_FOUND',
        message: `Error from server (NotFound): GET /api/v1/namespaces/${namespace}/configmaps/nothing`,
        why: 'configmaps "nothing" not found',
      },
      {
        code: 'NOT_FOUND',
        message: 'the server could not find the requested resource: GET /apis/example.com/v1/widgets',
        why: '404 page not found',
      },
    ])
  })
})
