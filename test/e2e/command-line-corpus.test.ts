import { spawnSync } from 'node:child_process'
import { describeCorpus, type Example } from '../support/corpus.js'
import { BUNDLE } from '../support/plugin.js'

/** What the shipped program says where no cluster is needed: stdout, then stderr, then the exit code. */
function typed(title: string, ...args: readonly string[]): Example {
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', XDG_CACHE_HOME: '/dev/null' }
  const { stdout, stderr, status, error } = spawnSync(BUNDLE, args, { env, encoding: 'utf8' })
  if (error !== undefined) throw error
  // Version, platform and Node differ from machine to machine.
  const text = `${stdout}${stderr}`.replace(/kubectl-gitops\/\S+ \S+ node-\S+/g, 'kubectl-gitops/VERSION')
  return {
    title,
    command: ['kubectl gitops', ...args].join(' '),
    output: `${text.trimEnd()}\nexit ${String(status)}\n`,
  }
}

describeCorpus('command-line/help.txt', [
  typed('no command at all'),
  typed('help of the program', 'help'),
  typed('help of a command', 'drift', '-h'),
  typed('help of render', 'render', '-h'),
  typed('help of status', 'status', '-h'),
  typed('help of a command, asked the other way', 'help', 'version'),
])

describeCorpus('command-line/usage.txt', [
  typed('an unknown command with a near one', 'drfit'),
  typed('an unknown command with none near', 'frobnicate', '-h'),
  typed('a flag where the command belongs', '-A'),
  typed('an unknown flag', 'drift', '--nope'),
  typed('an argument too many', 'drift', 'deployment/podinfo'),
  typed('a form of output that there is not', 'drift', '-o', 'xml'),
  typed('a form of output with a near one', 'drift', '-o', 'ndjosn'),
  typed('an error as a line', 'drift', '--nope', '-o', 'ndjson'),
  typed('one namespace and all of them', 'drift', '-n', 'apps', '-A'),
  typed('a flag without its value', 'drift', '--context'),
  typed('verdicts that there are not', 'drift', '--fail-on', 'drifted,nonsense'),
  typed('a time limit that is none', 'drift', '--request-timeout', 'soon'),
  typed('colours that there are not', 'drift', '--color', 'blue'),
  typed('an error as a document', 'drift', '--nope', '-o', 'json'),
  typed('an error as a document, flag and value in one', 'drift', '--fail-on=x', '-oyaml'),
])
