import { describe, expect, it } from '@jest/globals'
import {
  allowsOthers,
  isPruneDisabled,
  isSwitch,
  optOut,
  pruneOptOut,
} from '@kubectl-gitops/core/drift/switches.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { fieldPath, formatPointer } from '@kubectl-gitops/core/pointer.js'

const with_ = (metadata: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
})
const annotated = (key: string, value: unknown) =>
  with_({ annotations: { [`kustomize.toolkit.fluxcd.io/${key}`]: value } })
const labelled = (key: string, value: unknown) =>
  with_({ labels: { [`kustomize.toolkit.fluxcd.io/${key}`]: value } })
const NONE = with_()

describe("Flux's switches on an object", () => {
  it.each([
    [
      'reconcile: disabled in Git',
      annotated('reconcile', 'Disabled'),
      NONE,
      [true, 'reconcile-disabled', false],
    ],
    [
      'reconcile: disabled on the live label',
      NONE,
      labelled('reconcile', 'disabled'),
      [false, 'reconcile-disabled-live-only', false],
    ],
    ['ssa: Ignore in Git', labelled('ssa', 'IGNORE'), NONE, [true, 'ssa-ignore', false]],
    [
      'ssa: Ignore on the live object',
      NONE,
      annotated('ssa', 'Ignore'),
      [false, 'ssa-ignore-live-only', false],
    ],
    ['ssa: IfNotPresent in Git', annotated('ssa', 'IfNotPresent'), NONE, [true, 'ssa-if-not-present', false]],
    ['ssa: Merge on the live object', NONE, annotated('ssa', 'Merge'), [false, 'ssa-merge', true]],
  ])('%s', (_, git, live, expected) => {
    const out = optOut(git, live)
    expect([out?.inGit, out?.reason, out?.merge]).toEqual(expected)
  })

  it.each([
    ['ssa: IfNotPresent on the live object alone', NONE, annotated('ssa', 'IfNotPresent')],
    ['ssa: Merge in Git', annotated('ssa', 'Merge'), annotated('ssa', 'Merge')],
    ['a value that is no switch', annotated('reconcile', 'enabled'), NONE],
    ['a value that is no text', annotated('reconcile', { disabled: true }), labelled('ssa', 7)],
  ])('%s takes nothing out', (_, git, live) => {
    expect(optOut(git, live)).toBeUndefined()
  })

  it('tell where they stand on the live object', () => {
    const places = [labelled('reconcile', 'disabled'), annotated('ssa', 'Merge')].map((live) => {
      const { path = [] } = optOut(NONE, live) ?? {}
      return formatPointer(path)
    })
    expect(places).toEqual([
      '/metadata/labels/kustomize.toolkit.fluxcd.io~1reconcile',
      '/metadata/annotations/kustomize.toolkit.fluxcd.io~1ssa',
    ])
  })

  it.each<[KubernetesObject, KubernetesObject, string | undefined]>([
    [NONE, annotated('prune', 'Disabled'), 'prune-disabled-live-only'],
    [NONE, labelled('prune', 'disabled'), 'prune-disabled-live-only'],
    [annotated('prune', 'disabled'), annotated('prune', 'disabled'), undefined],
    [annotated('prune', 'disabled'), NONE, undefined],
    [NONE, annotated('prune', 'enabled'), undefined],
  ])('prune: disabled is an opt-out where live alone has it (%#)', (git, live, expected) => {
    expect(pruneOptOut(git, live)?.reason).toBe(expected)
  })

  it.each<[readonly string[], boolean]>([
    [['metadata', 'labels', 'kustomize.toolkit.fluxcd.io/prune'], true],
    [['metadata', 'annotations', 'helm.toolkit.fluxcd.io/driftDetection'], true],
    [['metadata', 'annotations', 'reconcile.fluxcd.io/requestedAt'], false],
    [['metadata', 'annotations'], false],
    [['spec', 'annotations', 'kustomize.toolkit.fluxcd.io/prune'], false],
  ])('%j is a switch: %p', (names, expected) => {
    expect(isSwitch(fieldPath([], ...names))).toBe(expected)
  })

  it('allow others in Git only', () => {
    expect([allowsOthers(labelled('ssa', 'merge')), allowsOthers(NONE)]).toEqual([true, false])
  })

  it.each([
    ['prune', 'disabled', true],
    ['reconcile', 'disabled', true],
    ['ssa', 'Ignore', true],
    ['ssa', 'Merge', false],
  ])('%s: %s keeps an object from being pruned: %s', (key, value, expected) => {
    expect(isPruneDisabled(annotated(key, value))).toBe(expected)
  })
})
