import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { readRules, type RulesFile } from '@kubectl-gitops/core/drift/rules/rules-file.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'

/** The file that is read from the working directory; never one of the revision that is looked at. */
export const RULES_FILE = '.gitops-drift.yaml'

const LARGEST = 1024 * 1024

/**
 * Reads the file that `--rules` names, else that of the working directory, if there is one. Throws USAGE where a file
 * was named that cannot be read, LIMIT_EXCEEDED and RULES_INVALID.
 */
export function openRules(flag: string | undefined, workingDirectory: string): RulesFile | undefined {
  const file = flag ?? RULES_FILE
  try {
    const path = resolve(workingDirectory, file)
    if (statSync(path).size > LARGEST) throw tooLarge(file)
    return readRules(readFileSync(path, 'utf8'), file)
  } catch (thrown) {
    if (thrown instanceof GitOpsError || !(thrown instanceof Error)) throw thrown
    if (flag === undefined && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw new GitOpsError('USAGE', {
      what: `the rules file ${file} cannot be read`,
      why: thrown.message,
      tryThis: flag === undefined ? 'repair or remove it' : 'name another file with --rules',
    })
  }
}

const tooLarge = (file: string): GitOpsError =>
  new GitOpsError('LIMIT_EXCEEDED', { what: `the rules file ${file} is larger than ${LARGEST} bytes` })
