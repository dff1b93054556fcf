import { execFile } from 'node:child_process'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { substitute } from '@kubectl-gitops/core/desired/substitution/substitute.js'
import { binary } from '../../../support/binaries.js'

/** One substitution to make. */
export interface Question {
  readonly text: string
  readonly vars: Readonly<Record<string, string>>
  readonly strict: boolean
}

/** What came of it: text, or the words of the refusal. */
export type Outcome = { readonly output: string } | { readonly error: string }

/** What an output that is no UTF-8 becomes: the controller refuses it one step later, as YAML. */
const CUT = 'invalid UTF-8: a value was cut inside a character'

/** Asks the envsubst of the real kustomize-controller, all questions in one process. */
export function askController(questions: readonly Question[]): Promise<readonly Outcome[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(binary('envsubst'), { maxBuffer: 1 << 28 }, (error, stdout) => {
      if (error === null) resolve(stdout.trimEnd().split('\n').map(readAnswer))
      else reject(new Error(`the oracle failed: ${error.message}`))
    })
    child.stdin?.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
  })
}

function readAnswer(line: string): Outcome {
  const { output = '', error } = JSON.parse(line) as { output?: string; error?: string }
  if (error !== undefined) return { error }
  try {
    return {
      output: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Buffer.from(output, 'base64'),
      ),
    }
  } catch {
    return { error: CUT }
  }
}

/** Our own answer in the same form. */
export function ask({ text, vars, strict }: Question): Outcome {
  const values = new Map(Object.entries(vars))
  try {
    return { output: substitute(text, (name) => values.get(name), strict) }
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== 'BUILD_FAILED') throw error
    const words = error.why?.replace('variable substitution failed: ', '') ?? ''
    return { error: words.startsWith('YAMLToJSON: ') ? CUT : words }
  }
}
