import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import type { Cluster } from './cluster.js'
import { eventually } from './eventually.js'

/** What the API server asks a webhook about (admission.k8s.io/v1 AdmissionRequest); only what tests read is typed. */
export interface Admission {
  readonly uid: string
  readonly operation: string
  readonly name: string
  readonly dryRun?: boolean
  readonly userInfo: { readonly username: string }
  /** `fieldManager` and `force` of the write. */
  readonly options?: { readonly fieldManager?: string }
  readonly object: KubernetesObject
}

/** A JSON patch (RFC 6902). */
export type Patch = readonly object[]

export interface WebhookSpec {
  /** The one namespace that it is asked about, so that tests do not disturb each other. */
  readonly namespace: string
  /** `apps` and `deployments`; ConfigMaps are always asked about. */
  readonly group: string
  readonly resource: string
  /**
   * As webhooks were declared before Kubernetes 1.22: without a word on side effects, so that the server refuses dry
   * runs. It takes no such webhook any more, but those that are stored live on.
   */
  readonly isOld?: boolean
  readonly mutate: (admission: Admission) => Patch
}

export interface Webhook {
  /** Its name in the server's words. */
  readonly name: string
  stop(): Promise<void>
}

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
const PROBE = 'webhook-probe'

/**
 * A mutating admission webhook on loopback, served with the API server's own certificate; answers once the
 * server asks it. Where it cannot be reached, writes go through unchanged.
 */
export async function startWebhook(cluster: Cluster, spec: WebhookSpec): Promise<Webhook> {
  const certificate = (end: string): Promise<string> =>
    readFile(join(cluster.access.folder, 'certs', `apiserver.${end}`), 'utf8')
  const [cert, key] = await Promise.all([certificate('crt'), certificate('key')])
  let asked = 0
  const server = createServer({ cert, key }, (request, response) => {
    void readJson(request).then((body) => {
      const admission = (body as { readonly request: Admission }).request
      asked += 1
      const patch = admission.name === PROBE ? [] : spec.mutate(admission)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(review(admission.uid, patch)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const name = `${spec.resource}.${spec.namespace}.example.org`
  const path = `${CONFIGURATIONS}/${name}`
  await send(cluster, 'POST', CONFIGURATIONS, configuration(name, spec, port, cert))
  if (spec.isOld === true) await makeOld(cluster, name)
  const stop = async (): Promise<void> => {
    await cluster.request('DELETE', path)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const maps = `/api/v1/namespaces/${spec.namespace}/configmaps`
  const isOn = async (): Promise<boolean> => {
    const query = spec.isOld === true ? '?dryRun=All' : ''
    const { status } = await cluster.request('POST', `${maps}${query}`, { metadata: { name: PROBE } })
    if (spec.isOld === true) return status === 400
    await cluster.request('DELETE', `${maps}/${PROBE}`)
    return asked > 0
  }
  await eventually(async () => ((await isOn()) ? true : undefined), {
    timeoutMs: 60_000,
    complaint: () => `the API server does not ask ${name}`,
  })
  return { name, stop }
}

async function send(cluster: Cluster, method: string, path: string, body?: object): Promise<void> {
  const { status, body: answer } = await cluster.request(method, path, body)
  if (status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
}

/** Writes past the server, which validates only what comes in, through etcd's JSON gateway. */
async function makeOld(cluster: Cluster, name: string): Promise<void> {
  const { body } = await cluster.request('GET', `${CONFIGURATIONS}/${name}`)
  const { webhooks, ...rest } = body as { readonly webhooks: readonly object[] }
  const old = { ...rest, webhooks: webhooks.map((webhook) => ({ ...webhook, sideEffects: 'Unknown' })) }
  const key = Buffer.from(`/registry/mutatingwebhookconfigurations/${name}`).toString('base64')
  const value = Buffer.from(JSON.stringify(old)).toString('base64')
  const answer = await fetch(`${cluster.access.etcd}/v3/kv/put`, {
    method: 'POST',
    body: JSON.stringify({ key, value }),
  })
  if (!answer.ok) throw new Error(`etcd: ${await answer.text()}`)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return JSON.parse(text)
}

function review(uid: string, patch: Patch): object {
  const changes =
    patch.length === 0
      ? {}
      : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...changes },
  }
}

function configuration(name: string, spec: WebhookSpec, port: number, cert: string): object {
  const rule = (group: string, resource: string): object => ({
    apiGroups: [group],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources: [resource],
  })
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        clientConfig: {
          url: `https://127.0.0.1:${String(port)}/`,
          caBundle: Buffer.from(cert).toString('base64'),
        },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': spec.namespace } },
        rules: [rule('', 'configmaps'), rule(spec.group, spec.resource)],
      },
    ],
  }
}
