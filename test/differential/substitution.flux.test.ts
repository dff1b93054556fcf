import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ask, type Question } from '../core/desired/substitution/oracle.js'
import { question } from '../core/desired/substitution/question.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { compareOutcomes } from './agreement.js'
import type { Case } from './case.js'
import { Arena } from './round.js'
import { SEED } from './seed.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const TEMPLATES = Number(process.env.TEMPLATES ?? 300)
/** Templates that are substituted go into one build together: one that is refused has to be alone. */
const PER_BUILD = 12
const PER_ROUND = 50

/** Vectors of fluxcd/pkg envsubst/eval_test.go. */
const VECTORS: readonly (readonly [text: string, vars: Readonly<Record<string, string>>])[] = [
  ['${#v} ${v^} ${v^^} ${v,} ${v,,}', { v: 'abcdEFGH28ij' }],
  ['${path:11} ${path:11:5} ${path:-5}', { path: '/path/to/file.txt' }],
  ['${v=xyz} ${v:=xyz} ${v:-xyz} ${v:?xyz} ${v:+xyz} ${v=${d}-suffix}', { d: 'foo1' }],
  ['${s/%abc/XYZ} ${s/#abc/XYZ} ${s//abc/xyz} ${s/abc/xyz} ${s/\\//-}', { s: 'abc/def/abc' }],
  ['${f#*.} ${f##*.} ${f%.*} ${f%%.*}', { f: 'bash.string.txt' }],
  ['$${v} $v $$ ${v:+x}', { v: 'a' }],
]
const UNSET = ['${missing}', '${#missing}', '${missing^}', '${missing:0}', '${missing/a/b}', '${missing-x}']

/** Each template as the data of a ConfigMap of its own; names of variables have to be ASCII there. */
function caseOf(questions: readonly Question[]): Case {
  const maps = questions.map(({ text }, i) => {
    const data = { text, number: i }
    return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${i}` }, data })
  })
  const vars = Object.entries(questions[0]?.vars ?? {}).filter(([name]) => /^\w+$/.test(name))
  const postBuild = { substitute: Object.fromEntries(vars), substituteStrategy: 'Always' }
  return { files: { 'apps/maps.yaml': `${maps.join('\n---\n')}\n` }, path: './apps', spec: { postBuild } }
}

/** Templates with the same variables can share a build. */
function casesOf(questions: readonly Question[]): readonly Case[] {
  const groups = new Map<string, Question[]>()
  for (const [i, one] of questions.entries()) {
    const isAlone = 'error' in ask({ ...one, strict: true })
    const group = isAlone ? `alone ${i}` : `${i % Math.ceil(questions.length / PER_BUILD)}`
    const known = groups.get(group) ?? []
    groups.set(group, [...known, { ...one, vars: known[0]?.vars ?? one.vars }])
  }
  return [...groups.values()].map(caseOf)
}

describeWith(NEEDED, 'substitution, beside the real kustomize-controller', () => {
  let plane: ControlPlane
  let flux: Flux

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
  })

  it(`gives its digest or its words, for ${TEMPLATES} generated templates (SEED=${SEED})`, async () => {
    const vectors = VECTORS.map(([text, vars]) => ({ text, vars, strict: true }))
    const unset = UNSET.map((text) => ({ text, vars: { v: 'x' }, strict: true }))
    const generated = fc.sample(question, { seed: SEED, numRuns: TEMPLATES })
    const single = [...vectors, ...unset].map((one) => caseOf([one]))
    const cases = [...single, ...casesOf(generated)]
    const arena = new Arena(plane, flux)
    const tally: Record<string, number> = {}
    const disagreements = []
    for (let first = 0; first < cases.length; first += PER_ROUND) {
      for (const { input, flux: theirs, ours } of await arena.run(cases.slice(first, first + PER_ROUND))) {
        const { kind } = compareOutcomes(theirs, ours)
        tally[kind] = (tally[kind] ?? 0) + 1
        if (kind === 'disagreement') disagreements.push({ input, theirs, ours })
      }
    }
    process.stdout.write(`${TEMPLATES} templates in ${cases.length} builds: ${JSON.stringify(tally)}\n`)
    expect({ seed: SEED, disagreements: disagreements.slice(0, 3) }).toEqual({
      seed: SEED,
      disagreements: [],
    })
    expect(tally.digest).toBeGreaterThan(5)
    expect(tally.words).toBeGreaterThan(50)
  }, 600_000)
})
