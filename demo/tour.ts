import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { binary } from '../test/support/binaries.js'
import type { FluxName } from '../test/support/flux-objects.js'
import { BUNDLE } from '../test/support/plugin.js'
import { pushBreakingCommit } from './repository/create.js'
import { ONCALL, setStage, type Stage } from './stage.js'

/** One command of the tour: shown as typed, run as shown, ended with the exit code that is expected. */
interface Command {
  readonly words: readonly string[]
  readonly user?: string
  readonly code?: number
}

const drift = (code: number, ...words: readonly string[]): Command => ({
  words: ['gitops', 'drift', ...words],
  code,
})
const byHand = (...words: readonly string[]): Command => ({ words, user: ONCALL })
const kustomization = (namespace: string, name: string): FluxName => ({
  kind: 'Kustomization',
  namespace,
  name,
})

const EDITS: readonly Command[] = [
  byHand(
    '-n',
    'faces',
    'set',
    'image',
    'deployment/face',
    'face=registry.platform.example/faces/face:hotfix',
  ),
  byHand('-n', 'faces', 'set', 'env', 'deployment/smiley', 'LOG_LEVEL=debug', 'DB_PASSWORD=not-a-real-one'),
  byHand('-n', 'faces', 'scale', 'deployment/color', '--replicas=5'),
  byHand('-n', 'flagger-system', 'delete', 'service', 'load-tester'),
  byHand(
    '-n',
    'flux-system',
    'patch',
    'kustomization',
    'linkerd',
    '--type=merge',
    '--patch={"spec":{"suspend":true}}',
  ),
  byHand('label', 'namespace', 'linkerd', 'owner=oncall'),
]

/**
 * Plays the two-minute tour: Flux applies a platform, a person edits it by hand, and drift says what, who and
 * whether Flux will put it back. With `keep` the cluster stays up until its process is ended.
 */
export async function playTour(keep: boolean): Promise<void> {
  const started = Date.now()
  const stage = await setStage((line) => {
    say(`» ${line}`)
  })
  process.once('SIGTERM', () => void stage.stop().then(() => process.exit(143)))
  process.once('SIGINT', () => void stage.stop().then(() => process.exit(130)))
  try {
    await playActs(stage)
  } catch (error) {
    await stage.stop()
    throw error
  }
  say(`» the tour took ${String(Math.round((Date.now() - started) / 1000))} s`)
  if (keep) sayKept(stage)
  else await stage.stop()
}

async function playActs(stage: Stage): Promise<void> {
  title('Flux has applied everything: nothing has drifted')
  await play(stage, drift(0))
  title(`At 3 a.m. ${ONCALL} edits the cluster by hand`)
  for (const edit of EDITS) await play(stage, edit)
  title('What is not as Git says, who did it, and will Flux put it back?')
  await play(stage, drift(1))
  title('A commit breaks one path: the rest is still compared, and the commit is named')
  await pushBreakingCommit(stage.repositories.platform)
  await stage.reconcile({ kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' })
  await stage.settled(kustomization('flux-system', 'ingress-nginx'), 'BuildFailed')
  await settleAll(stage)
  await play(stage, drift(1))
  title('Flux reconciled meanwhile; what is left, for a script')
  await play(stage, drift(1, '-o', 'name'))
}

/** The new revision reaches everything else, and puts back what was edited. */
async function settleAll(stage: Stage): Promise<void> {
  await stage.reconcile(kustomization('faces', 'faces-services'))
  for (const name of ['cert-manager', 'flagger', 'faces', 'linkerd', 'flux-system']) {
    await stage.settled(kustomization('flux-system', name), 'ReconciliationSucceeded')
  }
}

async function play(stage: Stage, { words, user, code = 0 }: Command): Promise<void> {
  say(`\n$ kubectl ${words.map(quoted).join(' ')}`)
  const repos =
    words[0] === 'gitops'
      ? ['--repo', stage.repositories.platform.worktree, '--repo', stage.repositories.faces.worktree]
      : []
  const kubeconfig = user === undefined ? stage.cluster.kubeconfig : await stage.cluster.kubeconfigFor(user)
  const got = await run([...words, ...repos], kubeconfig)
  if (got !== code)
    throw new Error(`kubectl ${words.join(' ')} ended with ${String(got)}, not ${String(code)}`)
  if (words[0] === 'gitops') say(`(exit code ${String(got)})`)
}

/** The program on PATH is the one just built, and kubectl finds it as its plugin. */
function run(words: readonly string[], kubeconfig: string): Promise<number | null> {
  const kubectl = binary('kubectl')
  const PATH = [dirname(BUNDLE), dirname(kubectl), process.env.PATH].join(':')
  return new Promise((resolve, reject) => {
    const child = spawn(kubectl, [...words], {
      env: { ...process.env, PATH, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('close', resolve)
  })
}

function sayKept(stage: Stage): void {
  say(`
The cluster stays up. In another terminal:

  export KUBECONFIG=${stage.cluster.kubeconfig}
  export PATH=${dirname(BUNDLE)}:${dirname(binary('kubectl'))}:$PATH
  kubectl gitops drift

Stop it with: kill ${String(process.pid)}`)
  process.send?.('kept')
}

const quoted = (word: string): string => (/^[\w./:=@,+-]+$/.test(word) ? word : `'${word}'`)

const title = (line: string): void => {
  say(`\n── ${line}`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
