import { describe, expect, it } from '@jest/globals'
import { additionsOf, undeclaredByBuild } from '@kubectl-gitops/core/drift/additions.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { formatField } from '@kubectl-gitops/core/pointer.js'
import { THING } from './openapi.js'

const thing = (spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a', ...metadata },
  spec,
})
const added = (fields: object, git: object, live: object, type: typeof THING | undefined = THING) =>
  additionsOf({ manager: 'm', fieldsV1: { 'f:spec': fields } }, thing(git), thing(live), type).map(
    ({ path, live: value }) => [formatField(path), value],
  )

describe('what one manager added', () => {
  it('is what it holds and Git does not have', () => {
    expect(added({ 'f:name': {}, 'f:count': {} }, { name: 'x' }, { name: 'y', count: 1 })).toEqual([
      ['spec.count', 1],
    ])
  })

  it('is what Git leaves null', () => {
    expect(added({ 'f:name': {} }, { name: null }, { name: 'y' })).toEqual([['spec.name', 'y']])
  })

  it('is nothing where live does not have it', () => {
    expect(added({ 'f:name': {}, 'f:env': { 'k:{"name":"A"}': {} } }, {}, {})).toEqual([])
  })

  it('takes maps apart', () => {
    const fields = { 'f:limits': { '.': {}, 'f:cpu': {}, 'f:memory': {} } }
    expect(added(fields, { limits: { cpu: 1 } }, { limits: { cpu: 2, memory: 3 } })).toEqual([
      ['spec.limits.memory', 3],
    ])
  })

  it('takes atomic maps and lists as a whole', () => {
    const live = { selector: { matchLabels: { a: 'b' } }, args: ['x'] }
    expect(added({ 'f:selector': {}, 'f:args': {} }, {}, live)).toEqual([
      ['spec.selector', live.selector],
      ['spec.args', ['x']],
    ])
  })

  it('is not what others put into a map or list that it declared empty', () => {
    const live = { open: { matchLabels: { a: 'b' } }, env: [{ name: 'A' }] }
    expect(added({ 'f:open': {}, 'f:env': {} }, {}, live)).toEqual([])
    expect(added({ 'f:raw': {} }, {}, { raw: {} })).toEqual([])
  })

  it('takes a new list item as one', () => {
    const item = { name: 'A', value: '1' }
    const fields = { 'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } } }
    expect(added(fields, { env: [] }, { env: [item] })).toEqual([['spec.env[A]', item]])
    expect(added(fields, { env: [{ name: 'A' }] }, { env: [item] })).toEqual([['spec.env[A].value', '1']])
  })

  it("takes a field in somebody else's item alone", () => {
    const fields = { 'f:env': { 'k:{"name":"A"}': { 'f:value': {} } } }
    expect(added(fields, {}, { env: [{ name: 'A', value: '1' }] })).toEqual([['spec.env[A].value', '1']])
  })

  it.each([THING, undefined])(
    'knows the protocol that a port leaves out, with a schema or without',
    (type) => {
      const fields = { 'f:ports': { 'k:{"port":53,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } }
      expect(
        added(fields, { ports: [{ port: 53 }] }, { ports: [{ port: 53, protocol: 'TCP' }] }, type),
      ).toEqual([])
      expect(
        added(fields, { ports: [{ port: 53, protocol: 'UDP' }] }, { ports: [{ port: 53 }] }, type),
      ).toEqual([['spec.ports[53,TCP]', { port: 53 }]])
    },
  )

  it('takes a value of a set', () => {
    expect(added({ 'f:oldSet': { 'v:"b"': {} } }, { oldSet: ['a'] }, { oldSet: ['a', 'b'] })).toEqual([
      ['spec.oldSet[b]', 'b'],
    ])
  })

  it('leaves out what the server writes into metadata, and names that no server writes', () => {
    const entry = {
      fieldsV1: {
        'f:metadata': { '.': {}, 'f:generation': {}, 'f:labels': { '.': {}, 'f:a': {} } },
        'f:status': { 'f:x': {} },
        'x:spec': {},
        'k:oops': {},
      },
    }
    const live = { ...thing({}, { labels: { a: 'b' }, generation: 3 }), status: { x: 1 } }
    expect(additionsOf(entry, thing({}), live, THING).map(({ path }) => formatField(path))).toEqual([
      'metadata.labels.a',
    ])
  })
})

describe('what Flux owns and the build does not declare', () => {
  const undeclared = (fields: object, git: object, live: object) =>
    undeclaredByBuild([{ fieldsV1: { 'f:spec': fields } }], thing(git), thing(live), THING).map(({ path }) =>
      formatField(path),
    )

  it('is a value or an item that Git never had', () => {
    const fields = { 'f:count': {}, 'f:env': { 'k:{"name":"A"}': { '.': {} } } }
    expect(undeclared(fields, {}, { count: 2, env: [{ name: 'A' }] })).toEqual(['spec.count', 'spec.env[A]'])
  })

  it('is not what Go types declare on the way: zeros, defaults and the zero of an int-or-string', () => {
    const fields = {
      'f:count': {},
      'f:target': {},
      'f:ports': { 'k:{"port":1,"protocol":"TCP"}': { 'f:protocol': {} } },
      'f:open': {},
    }
    const live = {
      count: 0,
      target: 80,
      ports: [{ port: 1, protocol: 'TCP' }],
      open: { matchLabels: { a: 'b' } },
    }
    expect(undeclared(fields, { ports: [{ port: 1 }] }, live)).toEqual([])
  })
})
