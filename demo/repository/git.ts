import { execFile } from 'node:child_process'
import type { ExecFileException } from 'node:child_process'
import { devNull } from 'node:os'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'

// What a user's or a system's own configuration could change: signatures, hooks, line ends, file modes.
const ISOLATED = ['-c', 'core.autocrlf=false', '-c', 'core.fileMode=false', '-c', 'core.hooksPath=' + devNull]

/** Identities and dates of one commit, as git takes them from the environment (git-commit-tree(1)). */
export type Recorder = Readonly<
  Partial<Record<`GIT_${'AUTHOR' | 'COMMITTER'}_${'NAME' | 'EMAIL' | 'DATE'}`, string>>
>

/**
 * Runs git in a directory without the configuration of the user or the machine; answers its output, trimmed.
 * Throws GIT_NOT_FOUND where there is no git, GIT_FAILED with git's own words otherwise.
 */
export async function git(
  directory: string,
  args: readonly string[],
  recorder: Recorder = {},
): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...recorder,
  }
  return await new Promise((resolve, reject) => {
    execFile('git', [...ISOLATED, ...args], { cwd: directory, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim())
      else reject(failure(args, error, stderr))
    })
  })
}

function failure(args: readonly string[], cause: ExecFileException, stderr: string): GitOpsError {
  if (cause.code === 'ENOENT') {
    return new GitOpsError('GIT_NOT_FOUND', {
      what: 'git was not found',
      tryThis: 'install git 2.32 or newer',
      cause,
    })
  }
  return new GitOpsError('GIT_FAILED', { what: `git ${args[0] ?? ''} failed`, why: stderr.trim(), cause })
}
