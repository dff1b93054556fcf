import { expect, it } from '@jest/globals'
import { actorOf, isFluxApply, isTakenOver } from '@kubectl-gitops/core/drift/actor.js'

it.each([
  ['kustomize-controller', 'flux'],
  ['gotk-helm-controller', 'flux'],
  ['flux', 'person'],
  ['kubectl', 'person'],
  ['kubectl-edit', 'person'],
  ['node-fetch', 'person'],
  ['k9s', 'person'],
  ['Terraform', 'automation'],
  ['python-requests', 'automation'],
  ['keda-operator', 'autoscaler'],
  ['vpa-recommender', 'autoscaler'],
  ['kube-controller-manager', 'controller'],
  ['cert-manager-cainjector', 'controller'],
  ['', 'controller'],
])('%p is of class %s', (manager, expected) => {
  expect(actorOf({ manager, operation: 'Update' })).toEqual({ class: expected, manager, operation: 'Update' })
})

it('the autoscaler is kube-controller-manager through the scale subresource', () => {
  const time = '2026-01-01T00:00:00Z'
  expect(
    actorOf({ manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', time }),
  ).toEqual({
    class: 'autoscaler',
    manager: 'kube-controller-manager',
    operation: 'Update',
    subresource: 'scale',
    time,
  })
})

it.each([
  ['kubectl-edit', 'Update', undefined, true],
  ['kubectl', 'Apply', undefined, true],
  ['kubectl', 'Update', 'scale', false],
  ['before-first-apply', 'Update', undefined, true],
  ['before-first-apply', 'Apply', undefined, false],
  ['kustomize-controller', 'Update', undefined, true],
  ['kustomize-controller', 'Apply', undefined, false],
  ['flux-client-side-apply', 'Update', undefined, false],
  ['node-fetch', 'Update', undefined, false],
])('Flux takes over %s %s %s: %s', (manager, operation, subresource, expected) => {
  const entry = { manager, operation, ...(subresource === undefined ? {} : { subresource }) }
  expect(isTakenOver(entry)).toBe(expected)
})

it('its own set is what it applied, not what it updated', () => {
  const manager = 'kustomize-controller'
  expect(isFluxApply({ manager, operation: 'Apply' })).toBe(true)
  expect(isFluxApply({ manager, operation: 'Update' })).toBe(false)
  expect(isFluxApply({ manager, operation: 'Apply', subresource: 'status' })).toBe(false)
})
