/** Is Go here, and is it new enough for the modules of this folder? */
import { spawnSync } from 'node:child_process'
import { MODULES, sourceFolder } from './modules.mjs'

/**
 * Answers undefined when Go can build the modules, else why not, in one line. Asked inside a module, because
 * there Go picks (or fetches) the toolchain that go.mod asks for, and says so in its own words when it cannot.
 */
export function goProblem(env) {
  const answer = spawnSync('go', ['env', 'GOVERSION'], {
    cwd: sourceFolder(MODULES[0]),
    env: goEnvironment(env),
    encoding: 'utf8',
  })
  if (answer.error?.code === 'ENOENT') return 'Go is not installed'
  if (answer.error !== undefined) return `go could not be started: ${answer.error.message}`
  if (answer.status !== 0) return `Go 1.26 is needed: ${answer.stderr.trim().split('\n').at(-1)}`
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(answer.stdout) ?? []
  // A Go built from a branch calls itself "devel": its go.mod check above has already passed.
  if (major === undefined) return undefined
  const isEnough = Number(major) > 1 || Number(minor) >= 26
  return isEnough ? undefined : `Go 1.26 is needed, this is ${answer.stdout.trim()}`
}

/** The user's environment, without what would make Go build something else than the pinned module. */
export function goEnvironment(env) {
  return { ...env, CGO_ENABLED: '0', GOWORK: 'off', GOOS: '', GOARCH: '' }
}
