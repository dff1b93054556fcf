import { afterAll } from '@jest/globals'
import { describeCorpus } from '../support/corpus.js'
import { createOfflineStage } from './offline.js'

const stage = await createOfflineStage()

afterAll(async () => {
  await stage.remove()
})

const at = ['--path', 'clusters/production'] as const

describeCorpus('status/offline.txt', [
  await stage.example('the tree, its order, a circle, what does not build', 'status', ...at),
  await stage.example('with more columns', 'status', ...at, '-o', 'wide', 'shop', 'flux-system'),
  await stage.example('what builds alone', 'status', ...at, 'shop', 'settings', '--revision', 'HEAD~1'),
  await stage.example('what does not build alone', 'status', ...at, 'broken'),
  await stage.example('in colour', 'status', ...at, '--color', 'always', 'broken', 'egg'),
  await stage.example('a namespace without any', 'status', ...at, '-n', 'none'),
  await stage.example('a name that there is not', 'status', ...at, 'setings'),
  await stage.example('a revision without a path', 'status', '--revision', 'main'),
])
