import { describe, expect, it } from '@jest/globals'
import { applyPatch } from 'diff'
import fc from 'fast-check'
import { recordKey, sidesOf, type Sides } from '@kubectl-gitops/core/drift/sides.js'
import type { ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { diffFiles, diffNotes, printDiff, type TwoFiles } from '../../../plugin/src/printers/diff.js'
import { createStyle } from '../../../plugin/src/printers/style.js'
import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import { added, drifted, field, kustomization, object, report } from '../../support/report.js'

const LIVE: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'podinfo',
    namespace: 'apps',
    labels: { app: 'podinfo' },
    uid: '0d1e',
    resourceVersion: '7',
    generation: 4,
    managedFields: [],
  },
  spec: {
    replicas: 5,
    paused: true,
    selector: { matchLabels: { app: 'podinfo' } },
    template: {
      metadata: { labels: { app: 'podinfo' } },
      spec: {
        containers: [
          { name: 'podinfo', image: 'podinfo:6', env: [{ name: 'DB_PASSWORD', value: 'swordfish' }] },
        ],
      },
    },
  },
  status: { replicas: 5 },
}

const CONFIG: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'podinfo-env', namespace: 'apps' },
  data: { LOG_LEVEL: 'info', 'motd.txt': 'hello\nworld\n' },
}

const SECRET: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'podinfo-token', namespace: 'apps' },
  data: { token: 'c3dvcmRmaXNo', other: 'c3dvcmRmaXNo' },
}

const MASKED = { git: '*** (after)', live: '*** (before)' }
const deployment = drifted([
  field(),
  added('spec.paused', true),
  field({ path: '/metadata/labels/team', op: 'removed', git: 'shop', live: undefined }),
])
const missing = object({ apiVersion: 'v1', kind: 'ConfigMap', name: 'podinfo-env', verdict: 'missing' })
const orphan = object({ apiVersion: 'v1', kind: 'ConfigMap', name: 'old', verdict: 'orphaned' })
const secret = drifted([field({ path: '/data/token', field: 'data.token', ...MASKED })], {
  apiVersion: 'v1',
  kind: 'Secret',
  name: 'podinfo-token',
})

/** What a survey would hand over. */
function sidesFor(
  ...given: readonly (readonly [ObjectRecord, { git?: KubernetesObject; live?: KubernetesObject }])[]
): ReadonlyMap<string, Sides> {
  return new Map(
    given.flatMap(([record, objects]) => {
      const sides = sidesOf({ record, ...objects, secrets: new Set(), sealed: false })
      return sides === undefined ? [] : [[recordKey(record), sides] as const]
    }),
  )
}

const SIDES = sidesFor(
  [deployment, { live: LIVE }],
  [missing, { git: CONFIG }],
  [orphan, { live: { ...CONFIG, metadata: { name: 'old', namespace: 'apps' } } }],
  [secret, { live: SECRET }],
)
const ALL = report([deployment, missing, orphan, secret, object({ name: 'fine' })])

describeCorpus('drift/diff.txt', [
  drift('drifted, missing, orphaned, and a Secret', ALL, { format: 'diff', sides: SIDES }),
  drift('with colours', report([secret]), { format: 'diff', sides: SIDES, color: true }),
  drift('nothing where all is in sync', report([object()]), { format: 'diff' }),
  drift('what a terminal would obey is written as an escape', report([orphan]), {
    format: 'diff',
    sides: sidesFor([orphan, { live: { ...CONFIG, data: { a: '\u001b[31m\u202e', b: 'c\n\u009bd\n' } } }]),
  }),
])

describe('the files of a diff', () => {
  it('are named as kubectl names them, fit for a folder whatever Git calls them, and each its own', () => {
    const { owner } = object()
    const records = [
      deployment,
      object({ name: '../../../etc/passwd\n', verdict: 'orphaned' }),
      object({ verdict: 'orphaned', owner: { ...owner, name: 'other' } }),
      object({ name: 'x'.repeat(400), verdict: 'orphaned' }),
    ]
    const sides = sidesFor(...records.map((record) => [record, { live: LIVE }] as const))
    const names = diffFiles(report(records), sides).map(({ name }) => name)
    expect(names).toEqual([
      'apps.v1.Deployment.apps.podinfo',
      'apps.v1.Deployment.apps..._.._.._etc_passwd_n',
      'apps.v1.Deployment.apps.podinfo.2',
      `apps.v1.Deployment.apps.${'x'.repeat(216)}`,
    ])
  })

  it('hold nothing that a terminal would obey, whatever is in an object', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(fc.dictionary(text, text), (data) => {
        const sides = sidesFor([orphan, { live: { ...CONFIG, data } }])
        const [file] = diffFiles(report([orphan]), sides)
        // Tabs are layout, as line ends are.
        expect(file?.live.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
    )
  })

  it('hold no secret', () => {
    expect(JSON.stringify(diffFiles(ALL, SIDES))).not.toMatch(/swordfish|c3dvcmRmaXNo/)
  })
})

describe('a diff', () => {
  const patched = (file: TwoFiles) => applyPatch(file.live, printDiff([file], createStyle(false)))

  it('makes of live what Git says, when it is applied', () => {
    const text = fc
      .array(fc.constantFrom('a: 1', 'b: 2', '--- c', '+++ d', '=== e', '@@ f', ''))
      .map((lines) => lines.map((line) => `${line}\n`).join(''))
    fc.assert(
      fc.property(text, text, (live, merged) => {
        fc.pre(live !== merged)
        expect(patched({ name: 'x', live, merged })).toBe(merged)
      }),
    )
  })

  it('of two long texts with nothing in common is there at once', () => {
    const lines = (word: string) => Array.from({ length: 9_000 }, (_, line) => `${word}: ${line}\n`).join('')
    const file = { name: 'x', live: lines('live'), merged: lines('git') }
    expect(patched(file)).toBe(file.merged)
    expect(patched({ ...file, live: '' })).toBe(file.merged)
    expect(patched({ ...file, merged: '' })).toBe('')
  })
})

describe('the notes of a diff', () => {
  it('name what it cannot show', () => {
    const silent = [
      object({
        name: 'both',
        verdict: 'drifted',
        reason: 'contested',
        message: 'Kustomization a/b has it too',
      }),
      object({ name: 'unread', verdict: 'unknown', reason: 'forbidden' }),
      object({ name: 'kept', verdict: 'excluded', message: 'opted out' }),
    ]
    const broken = kustomization({ verdict: 'failed', message: 'it does not build\nline two' })
    expect(diffNotes(report([deployment, ...silent], [broken]), SIDES)).toEqual([
      'kustomization.kustomize.toolkit.fluxcd.io/apps -n flux-system is failed: it does not build',
      'deployment.apps/both -n apps is drifted: Kustomization a/b has it too',
      'deployment.apps/unread -n apps is unknown: forbidden',
    ])
  })

  it('are not endless', () => {
    const many = Array.from({ length: 30 }, (_, index) => object({ name: `o${index}`, verdict: 'unknown' }))
    const notes = diffNotes(report(many), new Map())
    expect(notes).toHaveLength(21)
    expect(notes.at(-1)).toBe('10 objects more without a difference to show: -o wide lists them')
  })
})
