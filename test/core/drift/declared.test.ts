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
const declared = (fields: object, git: object): boolean => declaresAll({ 'f:spec': fields }, thing(git))

describe('a set of fields that Flux applied', () => {
  it('is declared where Git has each field and list item of it', () => {
    const fields = { '.': {}, 'f:name': {}, 'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:value': {} } } }
    expect(declared(fields, { name: 'x', env: [{ name: 'A', value: 'b' }], count: 1 })).toBe(true)
    expect(declared(fields, { name: 'x', env: [{ name: 'A' }] })).toBe(false)
    expect(declared(fields, { name: 'x', env: [{ name: 'B', value: 'b' }] })).toBe(false)
    expect(declared(fields, { env: [{ name: 'A', value: 'b' }] })).toBe(false)
    expect(declared({ 'f:name': {} }, { name: null })).toBe(false)
  })

  it('is not certain where Git leaves out a key that the server fills in, or for items of sets', () => {
    expect(declared({ 'f:ports': { 'k:{"port":1,"protocol":"TCP"}': {} } }, { ports: [{ port: 1 }] })).toBe(
      false,
    )
    expect(declared({ 'f:set': { 'v:"a"': {} } }, { set: ['a'] })).toBe(false)
  })

  it('is never declared where the full search finds a field that Git lacks', () => {
    const fields = fc.record(
      {
        'f:name': fc.constant({}),
        'f:count': fc.constant({}),
        'f:limits': fc.record(
          { 'f:cpu': fc.constant({}), 'f:memory': fc.constant({}) },
          { requiredKeys: [] },
        ),
        'f:env': fc.record(
          { 'k:{"name":"A"}': fc.constant({ '.': {}, 'f:value': {} }), 'k:{"name":"B"}': fc.constant({}) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    )
    const spec = fc.record(
      {
        name: fc.constantFrom('x', null),
        count: fc.constant(1),
        limits: fc.record({ cpu: fc.constant('1'), memory: fc.constant('2') }, { requiredKeys: [] }),
        env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constant('v') }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: [] },
    )
    const live = {
      name: 'x',
      count: 1,
      limits: { cpu: '1', memory: '2' },
      env: ['A', 'B'].map((name) => ({ name, value: 'v' })),
    }
    let all = 0
    fc.assert(
      fc.property(fields, spec, (owned, git) => {
        if (!declared(owned, git)) return
        all++
        const entry = { manager: 'kustomize-controller', operation: 'Apply', fieldsV1: { 'f:spec': owned } }
        expect(undeclaredByBuild([entry], thing(git), thing(live), THING)).toEqual([])
      }),
      { numRuns: 2000 },
    )
    expect(all).toBeGreaterThan(50)
  })
})
