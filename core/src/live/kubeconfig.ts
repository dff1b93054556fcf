import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LineCounter, parseDocument, type Document } from 'yaml'
import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'

/** A mapping of a kubeconfig, its fields named as kubectl names them. */
export type Fields = Readonly<Record<string, unknown>>

/** What the kubeconfig files say together: by name, the first file that has a name wins. */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, Fields>
  readonly users: ReadonlyMap<string, Fields>
  readonly contexts: ReadonlyMap<string, Fields>
  readonly currentContext: string
}

const CLUSTER_FILES = ['certificate-authority']
const USER_FILES = ['client-certificate', 'client-key', 'tokenFile']

/**
 * The kubeconfig files kubectl would read, in order: `--kubeconfig` alone, else the list in `$KUBECONFIG`,
 * else `~/.kube/config`. `required` says that the file must be there.
 * Source: client-go tools/clientcmd/loader.go, ClientConfigLoadingRules.
 */
export function kubeconfigFiles(
  explicit: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): { readonly files: readonly string[]; readonly required: boolean } {
  if (explicit !== undefined && explicit !== '') return { files: [explicit], required: true }
  const listed = (env.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '')
  if (listed.length > 0) return { files: [...new Set(listed)], required: false }
  const home = env.HOME ?? env.USERPROFILE
  return { files: home === undefined ? [] : [path.join(home, '.kube', 'config')], required: false }
}

/**
 * Reads and merges kubeconfig files; relative paths in a file count from its folder. Files of a list that
 * are not there are skipped, as kubectl does. Throws KUBECONFIG_INVALID with file and line, never with text
 * of the file, which holds credentials.
 */
export async function readKubeconfig(files: readonly string[], required: boolean): Promise<Kubeconfig> {
  const read = await Promise.all(files.map((file) => readOne(file, required)))
  const present = read.filter((one) => one !== undefined)
  return {
    clusters: merge(present.map((one) => one.clusters)),
    users: merge(present.map((one) => one.users)),
    contexts: merge(present.map((one) => one.contexts)),
    currentContext: present.map((one) => one.currentContext).find((name) => name !== '') ?? '',
  }
}

function merge(maps: readonly ReadonlyMap<string, Fields>[]): ReadonlyMap<string, Fields> {
  return new Map([...maps].reverse().flatMap((map) => [...map]))
}

async function readOne(file: string, required: boolean): Promise<Kubeconfig | undefined> {
  const text = await readText(file, required)
  if (text === undefined) return undefined
  const document = parse(file, text)
  const folder = path.dirname(path.resolve(file))
  const current = document['current-context']
  return {
    clusters: named(file, document, 'cluster', (fields) => absolute(folder, fields, CLUSTER_FILES)),
    users: named(file, document, 'user', (fields) =>
      absoluteExec(folder, absolute(folder, fields, USER_FILES)),
    ),
    contexts: named(file, document, 'context', (fields) => fields),
    currentContext: typeof current === 'string' ? current : '',
  }
}

async function readText(file: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    const { code = 'EIO' } = thrown as { readonly code?: string }
    if (code === 'ENOENT' && !required) return undefined
    throw invalid(`cannot read the kubeconfig ${file}`, code === 'ENOENT' ? 'no such file' : code)
  }
}

function parse(file: string, text: string): Fields {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.1', prettyErrors: false, lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    throw invalid(`the kubeconfig ${file} is not YAML`, `line ${line}: ${error.code}`)
  }
  const value = toPlain(file, document)
  if (value === null || value === undefined) return {}
  if (!isRecord(value))
    throw invalid(`the kubeconfig ${file} is not a mapping`, 'kubectl expects kind: Config')
  return value
}

function toPlain(file: string, document: Pick<Document, 'toJS'>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown
  } catch {
    throw invalid(`the kubeconfig ${file} cannot be read`, 'its aliases cannot be resolved')
  }
}

function named(
  file: string,
  document: Fields,
  what: 'cluster' | 'user' | 'context',
  change: (fields: Fields) => Fields,
): ReadonlyMap<string, Fields> {
  const list = document[`${what}s`] ?? []
  if (!Array.isArray(list)) throw invalid(`the kubeconfig ${file} is invalid`, `${what}s is not a list`)
  const entries = (list as readonly unknown[]).map((entry, index): [string, Fields] => {
    const name = isRecord(entry) ? entry.name : undefined
    const fields = isRecord(entry) ? (entry[what] ?? {}) : undefined
    if (typeof name !== 'string' || !isRecord(fields)) {
      throw invalid(`the kubeconfig ${file} is invalid`, `${what}s[${index}] has no name or is not a mapping`)
    }
    return [name, change(fields)]
  })
  return new Map([...entries].reverse())
}

function absolute(folder: string, fields: Fields, names: readonly string[]): Fields {
  const changed = names
    .map((name): [string, unknown] => [name, fields[name]])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
    .map(([name, file]): [string, string] => [name, path.resolve(folder, file)])
  return { ...fields, ...Object.fromEntries(changed) }
}

/** A command with a slash counts from the kubeconfig's folder; one without is looked up in PATH. */
function absoluteExec(folder: string, fields: Fields): Fields {
  const { exec } = fields
  if (!isRecord(exec) || typeof exec.command !== 'string' || !/[/\\]/.test(exec.command)) return fields
  return { ...fields, exec: { ...exec, command: path.resolve(folder, exec.command) } }
}

/** The error of a kubeconfig that cannot be used. */
export function invalid(what: string, why: string): GitOpsError {
  return new GitOpsError('KUBECONFIG_INVALID', { what, why, tryThis: 'kubectl config view' })
}
