import { describe, expect, it } from '@jest/globals'
import { FLUX_MANAGER } from '@kubectl-gitops/core/drift/actor.js'
import { keeperOf } from '@kubectl-gitops/core/drift/pruning.js'
import type { ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { fieldPath, type Path } from '@kubectl-gitops/core/pointer.js'
import { THING } from './openapi.js'

const entry = (manager: string, spec: object, operation = 'Update'): ManagedFieldsEntry => ({
  manager,
  operation,
  fieldsV1: { 'f:spec': spec },
})
const ENV = 'k:{"name":"EXTRA"}'
const item: Path = [...fieldPath([], 'spec', 'env'), { kind: 'key', keys: { name: 'EXTRA' }, index: 0 }]

function keeper(path: Path, entries: readonly ManagedFieldsEntry[], spec: object = {}): string | undefined {
  const git = { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a' }, spec }
  return keeperOf({ git, entries, type: THING, applier: FLUX_MANAGER }, path)?.manager
}

describe('a field that Git does not declare is kept', () => {
  it('by a manager that Flux does not take over', () => {
    const path = fieldPath([], 'spec', 'name')
    const all = ['kubectl-edit', 'before-first-apply', 'k9s'].map((manager) =>
      entry(manager, { 'f:name': {} }),
    )
    expect(keeper(path, all)).toBe('k9s')
    expect(keeper(path, all.slice(0, 2))).toBe(undefined)
  })

  it('as a struct for a field in it', () => {
    const all = [
      entry('kubectl-edit', { 'f:tree': { '.': {} } }),
      entry('k9s', { 'f:tree': { 'f:name': {} } }),
    ]
    expect(keeper(fieldPath([], 'spec', 'tree'), all)).toBe('k9s')
  })
})

describe('a list item', () => {
  const whole = { '.': {}, 'f:name': {}, 'f:value': {} }

  it('is kept by a manager that has the item itself', () => {
    const all = [
      entry('kubectl-edit', { 'f:env': { [ENV]: { 'f:value': {} } } }),
      entry('k9s', { 'f:env': { [ENV]: whole } }),
    ]
    expect(keeper(item, all)).toBe('k9s')
    expect(keeper(fieldPath(item, 'value'), all.slice(0, 1))).toBe(undefined)
  })

  it('goes with what others have in it, where only those that Flux takes over have the item itself', () => {
    const all = [
      entry('kubectl-edit', { 'f:env': { [ENV]: whole } }),
      entry('k9s', { 'f:env': { [ENV]: { 'f:value': {} } } }),
    ]
    expect(keeper(item, all)).toBe(undefined)
    expect(keeper(fieldPath(item, 'value'), all)).toBe(undefined)
  })

  it('that Git has stays, and others keep their fields in it', () => {
    const all = [
      entry('kubectl-edit', { 'f:env': { [ENV]: whole } }),
      entry('k9s', { 'f:env': { [ENV]: { 'f:value': {} } } }),
    ]
    expect(keeper(fieldPath(item, 'value'), all, { env: [{ name: 'EXTRA' }] })).toBe('k9s')
  })
})
