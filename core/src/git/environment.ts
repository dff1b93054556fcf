/** Variables by name, as `process.env` holds them; always passed in, never read here. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables of git that only say how the user reaches a server or where the user's own settings are.
 * Every other `GIT_*` variable could change an answer (another object folder, grafts, a trace with passwords).
 */
const KEPT = [
  /^GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)$/,
  /^GIT_(?:ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|EXEC_PATH)$/,
  /^GIT_(?:SSL|PROXY_SSL)_[A-Z_]+$/,
  /^GIT_HTTP_(?:PROXY_AUTHMETHOD|USER_AGENT)$/,
  /^GIT_(?:CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/,
]

/** Overrides the repository's, the user's and the system's files alike: `-c` is read last. */
export const SAFE_OPTIONS: readonly string[] = [
  '--no-pager',
  '--no-replace-objects',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.symlinks=false',
    'log.showSignature=false',
    'submodule.recurse=false',
    'gc.auto=0',
    'maintenance.auto=false',
    'advice.graftFileDeprecated=false',
  ].flatMap((setting) => ['-c', setting]),
]

function withoutGit(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT.some((kept) => kept.test(name))),
  )
}

function quiet(env: Environment): Environment {
  return {
    ...withoutGit(env),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    GIT_LITERAL_PATHSPECS: '1',
  }
}

/**
 * The environment of every command that reads objects: no transport at all, so that a partial clone cannot
 * fetch (GIT_NO_LAZY_FETCH is known to git since 2.39.4, the empty allow list to every git).
 */
export function readingEnvironment(env: Environment): Environment {
  return { ...quiet(env), GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' }
}

/**
 * The environment of clone and fetch. https and ssh are always allowed, because the user's own `insteadOf`
 * may turn one into the other; http only where the URL itself says http; `ext` and `file` never.
 */
export function transportEnvironment(env: Environment, insecure: boolean): Environment {
  return { ...quiet(env), GIT_ALLOW_PROTOCOL: insecure ? 'https:ssh:http' : 'https:ssh' }
}

/** Adds one setting without naming it on a command line, where every process could read it. */
export function withSetting(env: Environment, key: string, value: string): Environment {
  const count = Number.parseInt(env.GIT_CONFIG_COUNT ?? '0', 10) || 0
  return {
    ...env,
    [`GIT_CONFIG_KEY_${count}`]: key,
    [`GIT_CONFIG_VALUE_${count}`]: value,
    GIT_CONFIG_COUNT: String(count + 1),
  }
}
