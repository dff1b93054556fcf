import { execFile } from 'node:child_process'
import { open, realpath, stat } from 'node:fs/promises'
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path'
import { keyOf } from './closure-key.js'
import type { EntryStore } from './entry-store.js'
import { kustomizeEnvironment, type Kustomize } from '../kustomize.js'

/** More than this, and it is not the two facts that were asked for. */
const ANSWER_LIMIT = 64 * 1024

/**
 * What kubectl says of itself and of the kustomize in it, as text that changes with either; undefined where it
 * does not say. The answer (about 50 ms) is remembered for a binary by path, time of change and size.
 */
export async function kubectlVersion(kustomize: Kustomize, store: EntryStore): Promise<string | undefined> {
  const file = await locate(kustomize)
  const key = file === undefined ? undefined : await identify(file)
  const remembered = key === undefined ? undefined : store.read(key)
  if (remembered !== undefined) return remembered
  const version = await ask(kustomize)
  if (version !== undefined && key !== undefined) await store.write(key, version)
  return version
}

/** The file that would be run, as execvp finds it. */
async function locate({ kubectl, env }: Kustomize): Promise<string | undefined> {
  if (kubectl.includes('/') || isAbsolute(kubectl)) return resolve(kubectl)
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const candidate = join(resolve(folder), kubectl)
    const isFile = await stat(candidate).then(
      (found) => found.isFile() && (found.mode & 0o111) !== 0,
      () => false,
    )
    if (isFile) return candidate
  }
  return undefined
}

/** Undefined for what only leads to a kubectl (a script, a version manager's link): it may lead elsewhere tomorrow. */
async function identify(file: string): Promise<string | undefined> {
  try {
    const target = await realpath(file)
    if (!basename(target).startsWith('kubectl') || (await isScript(target))) return undefined
    const { mtimeMs, size } = await stat(target)
    return keyOf(['kubectl version', target, mtimeMs, size])
  } catch {
    return undefined
  }
}

async function isScript(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.toString() === '#!'
  } finally {
    await handle.close()
  }
}

function ask(kustomize: Kustomize): Promise<string | undefined> {
  const options = {
    env: kustomizeEnvironment(kustomize.env, '/nonexistent'),
    timeout: kustomize.timeoutMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: ANSWER_LIMIT,
  }
  return new Promise((settle) => {
    execFile(kustomize.kubectl, ['version', '--client', '--output=json'], options, (error, stdout) => {
      settle(error === null && stdout.includes('"kustomizeVersion"') ? stdout : undefined)
    })
  })
}
