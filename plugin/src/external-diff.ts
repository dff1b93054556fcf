import { spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeScratch, trackScratch } from '@kubectl-gitops/core/desired/scratch.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { TwoFiles } from './printers/diff.js'
import type { Terminal } from './terminal.js'

/** A program that compares two folders, as the user wants it called. */
export interface DiffProgram {
  readonly file: string
  readonly flags: readonly string[]
}

const FLAG = /^[a-zA-Z0-9-=]+$/

/**
 * Reads KUBECTL_EXTERNAL_DIFF as kubectl does: split at blanks, and of the words behind the program only those that
 * a shell could not take for anything else (kubectl pkg/cmd/diff/diff.go, getCommand). Undefined where it is not set.
 */
export function externalDiff({ KUBECTL_EXTERNAL_DIFF = '' }: Terminal['env']): DiffProgram | undefined {
  const [file = '', ...words] = KUBECTL_EXTERNAL_DIFF.split(' ')
  return KUBECTL_EXTERNAL_DIFF === '' ? undefined : { file, flags: words.filter((word) => FLAG.test(word)) }
}

/**
 * Lets a program compare the two sides, which are laid out in two folders for as long as it runs. It writes to this
 * process's own streams.
 * @throws GitOpsError EXTERNAL_DIFF_FAILED where it does not start, or ends with another code than diff's 0 and 1
 */
export async function runExternalDiff(
  program: DiffProgram,
  files: readonly TwoFiles[],
  env: Terminal['env'],
): Promise<void> {
  if (files.length === 0) return
  // mkdtemp makes a folder that only its owner may enter.
  const scratch = await mkdtemp(join(env.TMPDIR ?? tmpdir(), 'kubectl-gitops-diff-'))
  trackScratch(scratch)
  try {
    const live = await layOut(scratch, 'LIVE-', files, ({ live }) => live)
    const merged = await layOut(scratch, 'MERGED-', files, ({ merged }) => merged)
    await run(program, [live, merged], env)
  } finally {
    await removeScratch(scratch)
  }
}

async function layOut(
  scratch: string,
  prefix: string,
  files: readonly TwoFiles[],
  textOf: (file: TwoFiles) => string,
): Promise<string> {
  const folder = await mkdtemp(join(scratch, prefix))
  for (const file of files)
    await writeFile(join(folder, file.name), textOf(file), { mode: 0o600, flag: 'wx' })
  return folder
}

function run({ file, flags }: DiffProgram, folders: readonly string[], env: Terminal['env']): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: Error): void => {
      reject(
        new GitOpsError('EXTERNAL_DIFF_FAILED', {
          what: `${file} of KUBECTL_EXTERNAL_DIFF did not compare the two folders`,
          why,
          tryThis: 'unset KUBECTL_EXTERNAL_DIFF',
          cause,
        }),
      )
    }
    const child = spawn(file, [...folders, ...flags], { env, stdio: 'inherit' })
    child.once('error', (error) => {
      fail(error.message, error)
    })
    child.once('close', (code, signal) => {
      if (code === 0 || code === 1) resolve()
      else fail(code === null ? `it was ended by ${signal ?? 'a signal'}` : `it ended with exit code ${code}`)
    })
  })
}
