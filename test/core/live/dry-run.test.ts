import { afterEach, describe, expect, it } from '@jest/globals'
import { dryRun, mayPatch } from '@kubectl-gitops/core/live/dry-run.js'
import type { ApiResource } from '@kubectl-gitops/core/live/discovery.js'
import { json, startFaultServer, status, type FaultServer, type Handler } from './http-server.js'

const DEPLOYMENTS: ApiResource = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: [],
  namespaced: true,
  verbs: ['get', 'list', 'patch'],
  preferred: true,
}
const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }

let running: FaultServer | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

const answering = async (handler: Handler) => {
  running = await startFaultServer(handler)
  return running
}
const rehearse = async (handler: Handler) => {
  const server = await answering(handler)
  return dryRun(await server.connect(), DEPLOYMENTS, WEB, 'kustomize-controller')
}
const refusing = (code: number, reason: string, message: string, details: object = {}) =>
  rehearse((_, response) => {
    json(response, status(code, reason, message, details), code)
  })

describe('a dry run', () => {
  it('is a server-side apply under the given manager, with force, that stores nothing', async () => {
    const prediction = await rehearse((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        json(response, { ...WEB, sent: JSON.parse(body) as unknown, type: request.headers['content-type'] })
      })
    })
    expect(prediction).toEqual({
      kind: 'object',
      object: { ...WEB, sent: WEB, type: 'application/apply-patch+yaml' },
    })
    expect(running?.requests.map(({ method, url }) => [method, url])).toEqual([
      [
        'PATCH',
        '/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All&force=true&fieldManager=kustomize-controller&fieldValidation=Ignore',
      ],
    ])
  })

  it('waits as long as a busy server asks for', async () => {
    const prediction = await rehearse((_, response, count) => {
      if (count === 1) json(response, status(429, 'TooManyRequests', 'busy'), 429, { 'retry-after': '0' })
      else json(response, WEB)
    })
    expect([prediction.kind, running?.requests.length]).toEqual(['object', 2])
  })

  it('names the fields that cannot be changed, and never the words of the server, which hold values', async () => {
    const immutable = 'Invalid value: {"password":"hunter2"}: field is immutable'
    const causes = [
      { field: 'spec.selector', message: immutable, reason: 'FieldValueInvalid' },
      { field: 'spec.selector', message: immutable, reason: 'FieldValueInvalid' },
      { field: 'spec.other', message: 'Invalid value: -1: must be more', reason: 'FieldValueInvalid' },
    ]
    expect(await refusing(422, 'Invalid', `it is invalid: ${immutable}`, { causes })).toEqual({
      kind: 'immutable',
      fields: ['spec.selector'],
    })
  })

  it.each([
    'spec: Forbidden: updates to statefulset spec for fields other than replicas are forbidden',
    'roleRef: Invalid value: cannot change roleRef',
    'spec: Forbidden: spec is immutable after creation except resources.requests',
  ])('reads %j as a field that cannot be changed', async (message) => {
    const causes = [{ field: 'spec', message, reason: 'FieldValueForbidden' }]
    expect(await refusing(422, 'Invalid', message, { causes })).toMatchObject({ kind: 'immutable' })
  })

  it('names the fields whose values the server does not take', async () => {
    const causes = [{ field: 'spec.replicas', message: 'Invalid value: -1', reason: 'FieldValueInvalid' }]
    expect(await refusing(422, 'Invalid', 'x', { causes })).toEqual({
      kind: 'invalid',
      fields: ['spec.replicas'],
    })
  })

  it.each<[readonly [number, string, string], string, string]>([
    [
      [400, 'BadRequest', 'admission webhook "old.example.org" does not support dry run'],
      'webhook-no-dry-run',
      'the admission webhook old.example.org does not support dry runs',
    ],
    [
      [
        400,
        'BadRequest',
        'admission webhook "policy.example.org" denied the request: password hunter2 is weak',
      ],
      'dry-run-denied',
      'the server refused the dry run, which is made as you and not as Flux: admission webhook policy.example.org',
    ],
    [
      [403, 'Forbidden', 'attempting to grant RBAC permissions not currently held'],
      'dry-run-denied',
      'the server refused the dry run, which is made as you and not as Flux: Forbidden',
    ],
    [
      [
        500,
        'InternalError',
        'failed to create typed patch object: .spec.hunter2: field not declared in schema',
      ],
      'dry-run-failed',
      'the server refused the dry run, which is made as you and not as Flux: InternalError',
    ],
  ])('leaves it undecided where the server says %j', async (said, reason, message) => {
    expect(await refusing(...said)).toEqual({ kind: 'undecided', reason, message })
  })

  it('under a name that is none is not sent', async () => {
    const server = await answering((_, response) => {
      json(response, WEB)
    })
    const hostile = { ...WEB, metadata: { name: '../web' } }
    expect(await dryRun(await server.connect(), DEPLOYMENTS, hostile, 'kustomize-controller')).toMatchObject({
      kind: 'undecided',
    })
    expect(server.requests).toEqual([])
  })
})

describe('the right to patch', () => {
  it.each([
    [{ status: { allowed: true } }, true],
    [{ status: { allowed: false } }, false],
    [{}, false],
  ])('%j: is %p', async (answer, allowed) => {
    const server = await answering((_, response) => {
      json(response, answer, 201)
    })
    expect(await mayPatch(await server.connect(), DEPLOYMENTS, 'shop')).toBe(allowed)
    expect(server.requests.map(({ method, url }) => [method, url])).toEqual([
      ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ])
  })
})
