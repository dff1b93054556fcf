import { describe, expect, it } from '@jest/globals'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { refuseMalformed, unknownFields, unknownFieldsNote } from '@kubectl-gitops/core/desired/spec.js'
import type { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { MALFORMED } from './malformed.js'

const V1 = 'kustomize.toolkit.fluxcd.io/v1'
const BETA = 'kustomize.toolkit.fluxcd.io/v1beta2'

const fault = (spec: unknown, apiVersion = V1) => {
  const object = { apiVersion, kind: 'Kustomization', metadata: { name: 'apps', namespace: 'team' }, spec }
  try {
    refuseMalformed(readKustomization(object))
    return undefined
  } catch (error) {
    const { code, message, why } = error as GitOpsError
    return [code, message, why]
  }
}

const SOURCE = { sourceRef: { kind: 'GitRepository', name: 'fleet' } }

describe('a malformed spec', () => {
  it.each(MALFORMED)('is refused: %j', (spec, words) => {
    expect(fault({ ...SOURCE, ...spec })).toEqual([
      'SPEC_INVALID',
      'the spec of Kustomization team/apps is malformed',
      words,
    ])
  })

  it.each([['text'], [[]], [null], [5], [{}]])('has no source: %j', (spec) => {
    expect(fault(spec)?.[2]).toBe('spec.sourceRef: Required value')
  })

  it('repeats no more of a value than the beginning', () => {
    const why = fault({ ...SOURCE, interval: `5${'x'.repeat(1000)}` })?.[2] ?? ''
    expect(why).toContain(`"5${'x'.repeat(63)}"`)
    expect(why).not.toContain('x'.repeat(64))
  })

  const nested = (levels: number): unknown => {
    let value: unknown = 'end'
    for (let i = 0; i < levels; i++) value = { deeper: value }
    return value
  }

  it('may be nested as deeply as it likes', () => {
    expect(fault({ ...SOURCE, path: nested(300) })?.[2]).toContain('must be of type string: "object"')
    expect(fault({ ...SOURCE, odd: nested(50_000) })).toBeUndefined()
  })

  it.each([
    ['a million patches', Array.from({ length: 1_000_000 }, () => ({ patch: '' }))],
    ['patches of four megabytes', [{ patch: 'x'.repeat(4 * 1024 * 1024) }]],
  ])('is larger than any object: %s', (_, patches) => {
    expect(fault({ ...SOURCE, patches })?.[0]).toBe('LIMIT_EXCEEDED')
  })

  it('may have had other fields before v1', () => {
    const spec = {
      ...SOURCE,
      validation: 'client',
      patchesJson6902: [{ target: {}, patch: [{ op: 'test' }] }],
    }
    expect(fault(spec, BETA)).toBeUndefined()
    expect(fault({ ...SOURCE, patchesJson6902: {} }, BETA)?.[2]).toContain('spec.patchesJson6902')
  })
})

describe('an unknown field', () => {
  const unknown = (spec: object, apiVersion = V1) =>
    unknownFields('Kustomization', apiVersion, spec as Record<string, unknown>)

  it('is named, at any depth, and what is known is not', () => {
    expect(
      unknown({
        ...{ ...SOURCE, interval: '1h', wait: true, prune: true, postBuild: { substitute: { any: 'name' } } },
        renderer: { engine: 'cue' },
        patches: [
          { patch: '', options: {} },
          { patch: '', target: { kind: 'Secret', uid: '' } },
        ],
        'odd name': 1,
      }),
    ).toEqual(['spec."odd name"', 'spec.patches[0].options', 'spec.patches[1].target.uid', 'spec.renderer'])
  })

  it('of one version can be known to another', () => {
    const spec = { validation: 'client', patchesStrategicMerge: [] }
    expect(unknown(spec)).toEqual(['spec.patchesStrategicMerge', 'spec.validation'])
    expect(unknown(spec, BETA)).toEqual([])
  })

  it('can be in a source', () => {
    const spec = { url: 'https://example.com', ref: { branch: 'main', epoch: 1 }, submodules: true }
    expect(unknownFields('GitRepository', 'source.toolkit.fluxcd.io/v1', spec)).toEqual([
      'spec.ref.epoch',
      'spec.submodules',
    ])
    expect(unknownFields('Deployment', 'apps/v1', spec)).toEqual([])
  })

  it('is told as a note, many of them in short', () => {
    expect(unknownFieldsNote([])).toBeUndefined()
    expect(unknownFieldsNote(['spec.a'])).toBe(
      'spec.a is not known to this version of kubectl-gitops, which builds without it',
    )
    expect(unknownFieldsNote(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe(
      'a, b, c, d, e and 2 more are not known to this version of kubectl-gitops, which builds without them',
    )
  })
})
