import { expect, it } from '@jest/globals'
import { FLUX_MANAGER } from '@kubectl-gitops/core/drift/actor.js'
import type { Owned } from '@kubectl-gitops/core/drift/pruning.js'
import { goesWithItsService, isAllocated } from '@kubectl-gitops/core/drift/service.js'
import type { ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { fieldPath } from '@kubectl-gitops/core/pointer.js'

const typed = (manager: string): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  fieldsV1: { 'f:spec': { 'f:type': {}, 'f:sessionAffinity': {} } },
})
function goes(field: string, spec: object, manager: string): boolean {
  const git = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec }
  return goesWithItsService(fieldPath([], 'spec', field), {
    git,
    entries: [typed(manager)],
    type: undefined,
    applier: FLUX_MANAGER,
  })
}

it.each(['externalTrafficPolicy', 'sessionAffinityConfig'])('%s goes with what Flux takes away', (field) => {
  expect(goes(field, {}, 'kubectl-edit')).toBe(true)
  expect(goes(field, {}, 'k9s')).toBe(false)
})

it('what depends on the type stays where Git asks for such a type', () => {
  expect(goes('externalTrafficPolicy', { type: 'NodePort' }, 'kubectl-edit')).toBe(false)
  expect(goes('externalTrafficPolicy', { type: 'ClusterIP' }, 'k9s')).toBe(true)
})

it('addresses are given again', () => {
  const git = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: {} }
  const owned: Owned = { git, entries: [], type: undefined, applier: FLUX_MANAGER }
  expect(isAllocated(fieldPath([], 'spec', 'clusterIP'), owned)).toBe(true)
  expect(isAllocated(fieldPath([], 'spec', 'selector'), owned)).toBe(false)
})
