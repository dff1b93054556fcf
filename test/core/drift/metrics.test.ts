import { describe, expect, it } from '@jest/globals'
import { areMetrics, indexMetrics } from '@kubectl-gitops/core/drift/metrics.js'
import { fieldPath } from '@kubectl-gitops/core/pointer.js'

const keysOf = (...metrics: readonly unknown[]) =>
  [...(indexMetrics(metrics)?.values() ?? [])].map(({ element }) => Object.values(element.keys).join(' '))

describe('metrics of an autoscaler', () => {
  it('are known by their type and name', () => {
    expect(
      keysOf(
        { type: 'Resource', resource: { name: 'cpu' } },
        { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'web' } },
        { type: 'Pods', pods: { metric: { name: 'hits' } } },
        { type: 'External', external: { metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } } } },
        {
          type: 'Object',
          object: { metric: { name: 'hits' }, describedObject: { kind: 'Ingress', name: 'web' } },
        },
      ),
    ).toEqual([
      'Resource cpu',
      'ContainerResource web/cpu',
      'Pods hits',
      'External hits{"matchLabels":{"a":"b"}}',
      'Object Ingress/web/hits',
    ])
  })

  it.each([
    [
      [
        { type: 'Resource', resource: { name: 'cpu' } },
        { type: 'Resource', resource: { name: 'cpu' } },
      ],
    ],
    [[{ type: 'Resource' }]],
    [[{ type: 'Pods', pods: { metric: {} } }]],
    [['text']],
    [[{}]],
  ])('%j: cannot be told apart', (metrics) => {
    expect(indexMetrics(metrics)).toBeUndefined()
  })

  it('are those of that kind alone', () => {
    const object = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'a' } }
    expect(areMetrics(object, fieldPath([], 'spec', 'metrics'))).toBe(true)
    expect(areMetrics(object, fieldPath([], 'spec', 'behavior'))).toBe(false)
    expect(areMetrics({ ...object, apiVersion: 'example.org/v1' }, fieldPath([], 'spec', 'metrics'))).toBe(
      false,
    )
  })
})
