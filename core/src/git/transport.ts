import { GitOpsError } from '../errors.js'
import { type Environment, transportEnvironment, withSetting } from './environment.js'
import { hasCode, unreachable } from './failure.js'
import { type Location, parseUrl } from './location.js'
import { runGit } from './process.js'
import { redactUrl } from './redaction.js'

/** A repository that git talks to over the network. */
export interface Transport {
  /** Without credentials; the only form that stands on a command line, in a file or in a message. */
  readonly url: string
  readonly insecure: boolean
  /** Runs one command that ends in `--end-of-options`; the URL and the words follow it. Throws REPOSITORY_UNREACHABLE. */
  run(directory: string, args: readonly string[], words: readonly string[]): Promise<void>
}

/**
 * How to reach a URL, with the user's own settings, credential helpers and ssh agent.
 * Throws SOURCE_UNSUPPORTED for what is not https, http or ssh (Flux, GitRepository spec.url).
 */
export async function openTransport(url: string, env: Environment, timeoutMs: number): Promise<Transport> {
  const location = parseUrl(url)
  if (location === undefined || location.protocol === 'file' || location.protocol === 'git')
    throw new GitOpsError('SOURCE_UNSUPPORTED', {
      what: `${JSON.stringify(redactUrl(url))} is not a URL that Flux reads Git from`,
      why: 'it is neither https, http nor ssh',
      tryThis: '--repo URL=PATH, where PATH is a clone',
    })
  const publicUrl = redactUrl(url)
  const safe = transportEnvironment(env, location.protocol === 'http')
  const full = await withSsh(withCredentials(safe, url, location), timeoutMs)
  return {
    url: publicUrl,
    insecure: location.protocol === 'http',
    run: async (directory, args, words) => {
      const call = {
        args: [...args, '--end-of-options', publicUrl, ...words],
        env: full,
        directory,
        timeoutMs,
        url,
      }
      const answer = await runGit(call).catch((thrown: unknown) => {
        throw hasCode(thrown, 'GIT_FAILED')
          ? unreachable(publicUrl, `${thrown.message}: ${thrown.why ?? ''}`)
          : thrown
      })
      if (answer.code !== 0) throw unreachable(publicUrl, answer.words)
    },
  }
}

/** Credentials within a URL reach git as a setting in its environment: not in argv, not in the mirror's config. */
function withCredentials(env: Environment, url: string, { protocol, user }: Location): Environment {
  const publicUrl = redactUrl(url)
  if (protocol === 'ssh' || user === undefined) return env
  return withSetting(env, `url.${url}.insteadOf`, publicUrl)
}

/** ssh never prompts; a command of the user's own is left as it is (no terminal is there to prompt on). */
async function withSsh(env: Environment, timeoutMs: number): Promise<Environment> {
  if (env.GIT_SSH_COMMAND !== undefined || env.GIT_SSH !== undefined) return env
  // A git directory that does not exist: the user's and the system's settings, never those of a repository.
  const outside = { ...env, GIT_DIR: '/dev/null/none' }
  const { code } = await runGit({ args: ['config', '--get', 'core.sshCommand'], env: outside, timeoutMs })
  return code === 0 ? env : { ...env, GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' }
}
