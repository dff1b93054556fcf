import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { undeclaredByBuild } from '@kubectl-gitops/core/drift/additions.js'
import { declaresAll } from '@kubectl-gitops/core/drift/declared.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'

const thing = (spec: object): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  spec,
})
const LIVE = {
  name: 'x',
  count: 1,
  limits: { cpu: '1', memory: '2' },
  env: ['A', 'B'].map((name) => ({ name, value: 'v' })),
  ports: [{ port: 1, protocol: 'TCP' }],
  open: { matchLabels: { a: 'b' } },
  selector: { matchLabels: { a: 'b' } },
}
const declared = (fields: object, git: object, live: object = LIVE): boolean =>
  declaresAll({ 'f:spec': fields }, thing(git), thing(live), THING)

describe('a set of fields that Flux applied', () => {
  it('is declared where Git has each field and list item of it', () => {
    const fields = { '.': {}, 'f:name': {}, 'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:value': {} } } }
    expect(declared(fields, { name: 'x', env: [{ name: 'A', value: 'b' }], count: 1 })).toBe(true)
    expect(declared(fields, { name: 'x', env: [{ name: 'A' }] })).toBe(false)
    expect(declared(fields, { name: 'x', env: [{ name: 'B', value: 'b' }] })).toBe(false)
    expect(declared(fields, { env: [{ name: 'A', value: 'b' }] })).toBe(false)
    expect(declared({ 'f:name': {} }, { name: null })).toBe(false)
  })

  it('is declared where the server fills in the rest, or live does not have it', () => {
    const port = { 'k:{"port":1,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} } }
    expect(declared({ 'f:ports': port }, { ports: [{ port: 1 }] })).toBe(true)
    expect(declared({ 'f:ports': port }, { ports: [{ port: 2 }] })).toBe(false)
    expect(declared({ 'f:flag': {}, 'f:target': {} }, {}, { flag: false, target: 0 })).toBe(true)
    expect(declared({ 'f:flag': {} }, {}, { flag: true })).toBe(false)
    expect(declared({ 'f:size': {} }, {})).toBe(true)
    expect(declared({ 'f:open': {} }, {}, { open: { matchLabels: { a: 'b' } } })).toBe(true)
    expect(declared({ 'f:selector': {} }, {}, { selector: { matchLabels: { a: 'b' } } })).toBe(false)
  })

  it('is never declared where the full search finds a field that Git lacks', () => {
    const some = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape, { requiredKeys: [] })
    const leaf = fc.constant({})
    const fields = some({
      'f:name': leaf,
      'f:count': leaf,
      'f:limits': some({ 'f:cpu': leaf, 'f:memory': leaf }),
      'f:open': leaf,
      'f:selector': leaf,
      'f:env': some({
        'k:{"name":"A"}': fc.constant({ '.': {}, 'f:value': {} }),
        'k:{"name":"B"}': leaf,
      }),
      'f:ports': some({ 'k:{"port":1,"protocol":"TCP"}': some({ '.': leaf, 'f:protocol': leaf }) }),
    })
    const spec = some({
      name: fc.constantFrom('x', null),
      count: fc.constant(1),
      limits: some({ cpu: fc.constant('1'), memory: fc.constant('2') }),
      env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constant('v') }), {
        maxLength: 2,
      }),
      selector: fc.constant({ matchLabels: {} }),
      ports: fc.array(fc.constantFrom({ port: 1 }, { port: 1, protocol: 'UDP' }), { maxLength: 1 }),
    })
    let all = 0
    fc.assert(
      fc.property(fields, spec, (owned, git) => {
        if (!declared(owned, git)) return
        all++
        const entry = { manager: 'kustomize-controller', operation: 'Apply', fieldsV1: { 'f:spec': owned } }
        expect(undeclaredByBuild([entry], thing(git), thing(LIVE), THING)).toEqual([])
      }),
      { numRuns: 10_000 },
    )
    expect(all).toBeGreaterThan(50)
  })
})
