import { expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import fc from 'fast-check'
import { comparePaths } from '@kubectl-gitops/core/desired/source/artifact.js'
import {
  effectivePatterns,
  ignoring,
  readPatterns,
} from '@kubectl-gitops/core/desired/source/source-ignore.js'
import { binary } from '../../../support/binaries.js'
import { describeWith } from '../../../support/describe-with.js'
import { line, name, path } from './ignore-rule.js'

const CASES = 2000

interface Question {
  readonly sources: readonly { readonly domain: readonly string[]; readonly text: string }[]
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

type Answer = Pick<Question, 'files' | 'folders'>

/** Asks the matcher of the real source-controller, all questions in one process. */
function askController(questions: readonly Question[]): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(binary('sourceignore'), { maxBuffer: 1 << 28 }, (error, stdout) => {
      if (error !== null) reject(new Error(`the oracle failed: ${error.message}`))
      else
        resolve(
          stdout
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as Answer),
        )
    })
    child.stdin?.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
  })
}

function ask({ sources, files, folders }: Question): Answer {
  const patterns = effectivePatterns(sources.flatMap(({ domain, text }) => readPatterns(text, domain)))
  return {
    files: files.filter((path) => ignoring(patterns)(path)),
    folders: folders.filter((path) => ignoring(patterns)(path, 'folder')),
  }
}

const source = fc.record({
  domain: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(name, { maxLength: 2 }) },
  ),
  text: fc
    .tuple(fc.array(line, { maxLength: 5 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, end]) => lines.join(end)),
})

const question: fc.Arbitrary<Question> = fc.record({
  sources: fc.array(source, { maxLength: 3 }),
  files: fc.array(path, { minLength: 1, maxLength: 12 }).map((paths) => paths.sort(comparePaths)),
  folders: fc.array(path, { maxLength: 4 }),
})

describeWith(['sourceignore'], 'ignore rules', () => {
  it(`leave out what source-controller leaves out, in ${CASES} generated trees`, async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000)
    const questions = fc.sample(question, { numRuns: CASES, seed })
    const answers = await askController(questions)
    const wrong = questions
      .map((asked, i) => ({ asked, ours: ask(asked), theirs: answers[i] }))
      .filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs))
    expect({ seed, wrong: wrong.slice(0, 3) }).toEqual({ seed, wrong: [] })
    // Both sides agreeing that nothing is ever left out would prove nothing.
    const kept = answers.filter(({ files }, i) => files.length < (questions[i]?.files.length ?? 0)).length
    const some = answers.filter(({ files }) => files.length > 0).length
    expect([kept, some].every((count) => count > CASES / 4)).toBe(true)
  })
})
