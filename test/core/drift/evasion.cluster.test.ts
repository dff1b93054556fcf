import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWith } from '../../support/describe-with.js'
import { openStage, outcome, type Stage } from './stage.js'

const MAP = (name: string, metadata = '') => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${metadata}}
data: {a: b}
`

describeWith(
  ['etcd', 'kube-apiserver', 'kubectl'],
  'an object that was taken out of the hands of Flux',
  () => {
    let stage: Stage

    beforeAll(async () => {
      stage = await openStage()
    })
    afterAll(() => {
      stage.cluster.disconnect()
    })

    it.each([
      [
        'reconcile=disabled',
        'reconcile-disabled-live-only',
        false,
        'Flux skips it and will not put anything back',
      ],
      ['ssa=Ignore', 'ssa-ignore-live-only', false, 'Flux skips it and will not put anything back'],
      ['ssa=Merge', 'ssa-merge', false, 'Flux keeps what others added'],
      ['prune=disabled', 'prune-disabled-live-only', true, 'Flux keeps it when Git drops it'],
    ])(
      '59: by hand, with %s, is drift, and says by whom and since when',
      async (set, reason, reverts, words) => {
        const name = set.replace('=', '-').toLowerCase()
        const git = await stage.flux(MAP(name))
        await stage.kubectl('annotate', `configmap/${name}`, `kustomize.toolkit.fluxcd.io/${set}`)
        const judgement = await stage.judge(git)
        expect(outcome(judgement)).toEqual({
          verdict: 'drifted',
          reason,
          fields: [
            {
              field: `metadata.annotations[kustomize.toolkit.fluxcd.io/${set.split('=')[0] ?? ''}]`,
              op: 'added',
              live: set.split('=')[1],
              by: 'person kubectl-annotate',
              willRevert: reverts,
            },
          ],
        })
        const { time } = judgement.fields[0]?.actor ?? {}
        expect(judgement.message).toBe(
          `kustomize.toolkit.fluxcd.io/${set.replace('=', ': ')} is set on the live object only: ${words} ` +
            `(set by kubectl-annotate at ${time ?? ''})`,
        )
      },
    )

    it('59: by a program that nobody knows is drift as well', async () => {
      const git = await stage.flux(MAP('robot'))
      const annotations = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' }
      await stage.patch(git, 'some-operator', { metadata: { annotations } })
      expect(outcome(await stage.judge(git))).toMatchObject({
        verdict: 'drifted',
        reason: 'reconcile-disabled-live-only',
        fields: [{ by: 'controller some-operator', willRevert: false }],
      })
    })

    it('59: in Git is excluded, and ssa: IfNotPresent counts nowhere else', async () => {
      const place = ", annotations: {kustomize.toolkit.fluxcd.io/ssa: 'IfNotPresent'}"
      const git = await stage.flux(MAP('once', place))
      expect(await stage.judge(git)).toMatchObject({ verdict: 'excluded', reason: 'ssa-if-not-present' })
      const live = await stage.flux(MAP('always'))
      await stage.kubectl('annotate', 'configmap/always', 'kustomize.toolkit.fluxcd.io/ssa=IfNotPresent')
      expect(await stage.judge(live)).toMatchObject({ verdict: 'drifted', reason: 'unmanaged-field' })
    })
  },
)
