import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { kustomizeBuild } from '@kubectl-gitops/core/desired/kustomize.js'
import { reprintPlainly } from '@kubectl-gitops/core/desired/plain/resources.js'
import { splitResources } from '@kubectl-gitops/core/desired/substitution/resource-text.js'
import { describeInCorpora } from '../../../support/describe-with.js'
import { Stage } from '../stage.js'
import { manifestText } from './manifest-text.js'

const CASES = Number(process.env.PLAIN_CASES ?? 3_000)
const SEED = Number(process.env.SEED ?? 20261124)
const AT_ONCE = 250
const CORPORA = join(import.meta.dirname, '../../../../../shared/corpora')

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

/** What kustomize prints of manifests, each in a file of its own; only such that are valid. */
async function printed(texts: readonly string[]): Promise<readonly string[]> {
  const all: string[] = []
  for (let first = 0; first < texts.length; first += AT_ONCE) {
    const files = new Map(texts.slice(first, first + AT_ONCE).map((text, i) => [`m${i}.yaml`, text]))
    const entry = JSON.stringify({ resources: [...files.keys()], sortOptions: { order: 'fifo' } })
    all.push(
      ...splitResources(await kustomizeBuild(stage.kustomize, files.set('kustomization.yaml', entry), '')),
    )
  }
  return all
}

const named = (text: string, i: number): string => text.replace(/^( *)name: NAME$/m, `$1name: n${i}`)

describe('a manifest printed without kustomize', () => {
  it(`is what kustomize prints, to the byte, in ${CASES} generated cases (seed ${SEED})`, async () => {
    const texts = fc.sample(manifestText, { numRuns: CASES, seed: SEED }).map(named)
    const ours = texts.map((text) => ({ text, printed: reprintPlainly(text) }))
    const certain = ours.filter((one) => one.printed !== undefined)
    const theirs = await printed(certain.map(({ text }) => text))
    expect(certain.map(({ printed: own }) => own)).toEqual(theirs)
    expect(certain.length).toBeGreaterThan(CASES / 10)
  })

  describeInCorpora(CORPORA, 'of the corpora', () => {
    it('is what kustomize prints', async () => {
      const documents = readdirSync(CORPORA, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
        .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split(/^---\n/m))
      const certain = [...new Set(documents)].filter((text) => reprintPlainly(text) !== undefined)
      for (const text of certain) expect(await printed([text])).toEqual([reprintPlainly(text)])
      expect(certain.length).toBeGreaterThan(50)
    })
  })
})
