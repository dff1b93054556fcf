import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Judging } from '@kubectl-gitops/core/drift/judge.js'
import { describeWith } from '../../support/describe-with.js'
import { SERVICE, WEB } from './manifests.js'
import { fluxObject, openStage, outcome, type Stage } from './stage.js'

const HELM: Partial<Judging> = { applier: 'helm-controller' }

/** Helm makes objects in two ways: by server-side apply, and as it did before. */
describeWith(
  ['etcd', 'kube-apiserver', 'kubectl'],
  'an object that Helm created without server-side apply',
  () => {
    let stage: Stage

    beforeAll(async () => {
      stage = await openStage()
    })
    afterAll(() => {
      stage.cluster.disconnect()
    })

    /** POSTs an object under a name, so that its entry owns the server's defaults. */
    const create = async (yaml: string, name: string, manager: string) => {
      const git = fluxObject(yaml.replace(/name: web\b/, `name: ${name}`), stage.namespace)
      const path = git.kind === 'Service' ? 'api/v1' : 'apis/apps/v1'
      const folder = `/${path}/namespaces/${stage.namespace}/${git.kind.toLowerCase()}s`
      const { status, body } = await stage.cluster.request('POST', `${folder}?fieldManager=${manager}`, git)
      if (status !== 201) throw new Error(JSON.stringify(body))
      return git
    }

    it.each(['helm-controller', 'helm'])(
      'under the name of %s is in sync, defaults and all',
      async (manager) => {
        for (const [yaml, name] of [
          [WEB, `web-${manager}`],
          [SERVICE, `service-${manager}`],
        ] as const) {
          const git = await create(yaml, name, manager)
          if (manager === 'helm') await stage.apply(git, 'helm-controller', git)
          expect(outcome(await stage.judge(git, HELM))).toMatchObject({ verdict: 'in-sync', fields: [] })
        }
      },
    )

    it('says who changed it, and what others added is kept', async () => {
      const git = await create(WEB, 'edited', 'helm-controller')
      await stage.kubectl('set', 'image', 'deployment/edited', 'web=example.com/web:hotfix')
      await stage.kubectl('set', 'env', 'deployment/edited', '-c', 'web', 'DEBUG=1')
      expect(outcome(await stage.judge(git, HELM))).toMatchObject({
        verdict: 'drifted',
        reason: 'modified',
        fields: [
          {
            field: 'spec.template.spec.containers[web].env[DEBUG]',
            op: 'added',
            live: { name: 'DEBUG', value: '1' },
            by: 'person kubectl-set',
            willRevert: false,
          },
          {
            field: 'spec.template.spec.containers[web].image',
            op: 'changed',
            by: 'person kubectl-set',
            willRevert: true,
          },
        ],
      })
    })
  },
)
