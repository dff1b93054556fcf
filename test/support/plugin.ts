import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { binary } from './binaries.js'
import { ROOT } from './source-files.js'

/** The bundle, as it is shipped. */
export const BUNDLE = join(ROOT, 'plugin/dist/kubectl-gitops')

export interface PluginRun {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

export interface PluginOptions {
  readonly kubeconfig?: string
  /** Home and cache of this run; nothing of the user's is read. */
  readonly home: string
  readonly workingDirectory?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the shipped program as a user does: `kubectl gitops …` of the real kubectl, found on PATH. */
export function runPlugin(args: readonly string[], options: PluginOptions): Promise<PluginRun> {
  const kubectl = binary('kubectl')
  const env = {
    PATH: [dirname(existingBundle()), dirname(kubectl), process.env.PATH].join(':'),
    HOME: options.home,
    XDG_CACHE_HOME: join(options.home, 'cache'),
    ...(options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig }),
    ...options.env,
  }
  return finished(
    startBundle(['gitops', ...args], { file: kubectl, cwd: options.workingDirectory ?? options.home, env }),
  )
}

export interface BundleOptions {
  /** The bundle, unless it goes by another name. */
  readonly file?: string
  readonly cwd?: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** A pipe on stdin with this text in it; else there is none. */
  readonly stdin?: string
}

/** Starts the shipped program without kubectl. */
export function startBundle(args: readonly string[], options: BundleOptions): ChildProcess {
  const child = spawn(options.file ?? existingBundle(), args, {
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.on('error', () => undefined).end(options.stdin)
  return child
}

/** Waits for the end of a program and answers what it wrote. */
export function finished(child: ChildProcess): Promise<PluginRun> {
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ stdout, stderr, code })
    })
  })
}

function existingBundle(): string {
  if (!existsSync(BUNDLE)) throw new Error(`${BUNDLE} is not there: npm run build`)
  return BUNDLE
}

/** Runs `drift -o json` and reads its report. */
export async function runDrift(
  args: readonly string[],
  options: PluginOptions,
): Promise<DriftReport & { readonly code: number | null }> {
  const { stdout, stderr, code } = await runPlugin(['drift', '-o', 'json', ...args], options)
  const document = JSON.parse(stdout === '' ? 'null' : stdout) as DriftReport | null
  if (document?.kind !== 'DriftReport')
    throw new Error(`no report (exit ${String(code)}): ${stdout}${stderr}`)
  return { ...document, code }
}

/** What a test mostly asks of a report: `Kind/name verdict reason`, in the report's order. */
export function verdictsOf(report: DriftReport): readonly string[] {
  return report.objects.map(({ kind, name, verdict, reason }) =>
    [`${kind}/${name}`, verdict, reason].filter(Boolean).join(' '),
  )
}

/** The same of the Kustomizations. */
export function kustomizationVerdictsOf(report: DriftReport): readonly string[] {
  return report.kustomizations.map(({ name, verdict, reason }) =>
    [name, verdict, reason].filter(Boolean).join(' '),
  )
}
