import { afterAll, describe, expect, it } from '@jest/globals'
import { describeCorpus } from '../support/corpus.js'
import { createOfflineStage } from './offline.js'

const stage = await createOfflineStage()

afterAll(async () => {
  await stage.remove()
})

const at = ['--path', 'clusters/production'] as const

describeCorpus('render/offline.txt', [
  await stage.example(
    'two Kustomizations, in the order in which Flux applies them',
    'render',
    ...at,
    'shop',
    'settings',
  ),
  await stage.example('the file of each object', 'render', ...at, 'shop', '--show-origin'),
  await stage.example('an older revision', 'render', ...at, 'shop', '--revision', 'HEAD~1'),
  await stage.example('secrets are masked', 'render', ...at, 'flux-system/chicken'),
  await stage.example('the digests of all, and what was not built', 'render', ...at, '-o', 'digest'),
  await stage.example('names', 'render', ...at, '-o', 'name', 'kustomization/shop', 'settings'),
  await stage.example('a document', 'render', ...at, '-o', 'json', '--show-origin', 'settings', 'broken'),
  await stage.example('in colour', 'render', ...at, '--color', 'always', 'settings'),
  await stage.example('a namespace without any', 'render', ...at, '-n', 'none'),
  await stage.example('a name that there is not', 'render', ...at, 'shpo'),
  await stage.example('a path that there is not', 'render', '--path', 'clusters/staging'),
  await stage.example('a revision that there is not', 'render', ...at, '--revision', 'v9'),
  await stage.example('a folder that is no repository', 'render', ...at, '--repo', '/'),
  await stage.example('a revision for one source', 'render', ...at, '--revision', 'GitRepository/a/b=main'),
  await stage.example('a cluster and none', 'render', ...at, '--context', 'production'),
])

describe('kubectl gitops render', () => {
  it('never prints a secret value, in any form', async () => {
    for (const form of ['yaml', 'json', 'name', 'digest']) {
      const { stdout, stderr } = await stage.run('render', ...at, '-o', form, '--show-origin')
      expect(stdout).toContain('chicken')
      for (const value of ['swordfish', 'c3dvcmRmaXNo']) expect(stdout + stderr).not.toContain(value)
    }
  })
})
