import { describe, expect, it } from '@jest/globals'
import { referenceKey } from '@kubectl-gitops/core/desired/source/source.js'
import type { FluxReference } from '@kubectl-gitops/core/desired/kustomization.js'
import type { ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { settle, type Mark, type Marks, type Surveyed } from '@kubectl-gitops/core/survey/settled.js'
import { kustomization, object, report } from '../../support/report.js'

const APPS = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' }
const OTHER = { ...APPS, name: 'other' }

const marks = (...all: readonly (readonly [FluxReference, string, string?])[]): Marks =>
  new Map(
    all.map(([reference, applied, reconciled = '']): [string, Mark] => [
      referenceKey(reference),
      { reference, applied, reconciled },
    ]),
  )

const others = (verdict: ObjectRecord['verdict']): ObjectRecord =>
  object({ name: 'else', verdict, owner: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', ...OTHER } })
const surveyed = (objects: readonly ObjectRecord[], of: Marks): Surveyed => ({
  report: report(objects, [kustomization(), kustomization({ name: 'other' })]),
  marks: of,
})

/** Settles with these marks one after another, and these answers to what is read again. */
async function settled(first: Surveyed, seen: readonly Marks[], answers: readonly Surveyed[] = []) {
  const left = { seen: [...seen], answers: [...answers] }
  const asked: (readonly string[] | undefined)[] = []
  const told = await settle(
    first,
    () => Promise.resolve(left.seen.shift() ?? marks()),
    (owners) => {
      asked.push(owners?.map(({ name }) => name))
      return Promise.resolve(left.answers.shift() ?? first)
    },
  )
  const verdicts = told.objects.map(({ name, verdict, reason }) =>
    [name, verdict, reason].filter(Boolean).join(' '),
  )
  return { asked, verdicts, summary: told.summary }
}

const STILL = marks([APPS, '1'], [OTHER, '1'])
const drifted = [others('in-sync'), object({ verdict: 'drifted' })]

describe('a survey', () => {
  it('of a cluster that stood still is what was read', async () => {
    const { asked, verdicts } = await settled(surveyed(drifted, STILL), [STILL])
    expect([asked, verdicts]).toEqual([[], ['else in-sync', 'podinfo drifted']])
  })

  it('keeps two records of one object: what it is, and what is pending', async () => {
    const both = [object(), object({ verdict: 'pending', reason: 'would-change' })]
    const { verdicts } = await settled(surveyed(both, STILL), [STILL])
    expect(verdicts).toEqual(['podinfo in-sync', 'podinfo pending would-change'])
  })

  it('reads the objects of a Kustomization again that was applied meanwhile, and no others', async () => {
    const newer = marks([APPS, '2'], [OTHER, '1'])
    const part = surveyed([object()], marks([APPS, '2']))
    const { asked, verdicts, summary } = await settled(surveyed(drifted, STILL), [newer, newer], [part])
    expect([asked, verdicts]).toEqual([[['apps']], ['else in-sync', 'podinfo in-sync']])
    expect(summary).toMatchObject({ inSync: 2, drifted: 0 })
  })

  it('reads again what drifted where Flux has reconciled meanwhile, and leaves alone what did not', async () => {
    const reconciled = marks([APPS, '1', 'later'], [OTHER, '1', 'later'])
    const part = surveyed([object()], marks([APPS, '1', 'later']))
    const { asked, verdicts } = await settled(surveyed(drifted, STILL), [reconciled, reconciled], [part])
    expect([asked, verdicts]).toEqual([[['apps']], ['else in-sync', 'podinfo in-sync']])
  })

  it('reads everything again where a Kustomization has come', async () => {
    const more = marks([APPS, '1'], [OTHER, '1'], [{ ...APPS, name: 'new' }, '1'])
    const whole = surveyed([others('in-sync'), object()], more)
    const { asked, verdicts } = await settled(surveyed(drifted, STILL), [more, more], [whole])
    expect([asked, verdicts]).toEqual([[undefined], ['else in-sync', 'podinfo in-sync']])
  })

  it('does not know what is applied over and over, and answers the rest', async () => {
    const round = (applied: string): Marks => marks([APPS, applied], [OTHER, '1'])
    const part = (applied: string): Surveyed =>
      surveyed([object({ verdict: 'drifted' })], marks([APPS, applied]))
    const { asked, verdicts, summary } = await settled(
      surveyed(drifted, STILL),
      ['2', '3', '4', '5'].map(round),
      ['2', '3', '4'].map(part),
    )
    expect([asked, verdicts]).toEqual([
      [['apps'], ['apps'], ['apps']],
      ['else in-sync', 'podinfo unknown cluster-moving'],
    ])
    expect(summary).toMatchObject({ inSync: 1, unknown: 1, drifted: 0 })
  })
})
