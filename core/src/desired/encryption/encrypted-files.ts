import { mapTexts } from '../../encrypted.js'
import { GitOpsError } from '../../errors.js'
import { isRecord } from '../../object.js'
import { bytesOf, type Artifact } from '../source/artifact.js'
import { findKustomizationFile } from '../generator.js'
import { readKustomizationFile, type KustomizationFile } from '../kustomization-file.js'
import { placeholder, type Variant } from './placeholder.js'
import { formatOf, isCiphertext, isSopsFile, withoutSops, type SopsFormat } from './sops.js'
import { printYaml, readUnambiguousYaml, readYaml } from '../yaml.js'

/** The controller decrypts no larger ones (kustomize-controller internal/decryptor, maxEncryptedFileSize). */
const LARGEST = 5 << 20

/** An encrypted file, without what is encrypted in it: placeholders stand there. */
export type SealedFile = (variant: Variant) => string

interface Use {
  readonly format: SopsFormat
  readonly kind: 'file' | 'env' | 'patch'
}

/**
 * The files that the controller decrypts before it builds, by path in the artifact: sources of secretGenerators
 * and patches in files, of the entry file and of every kustomization file that it leads to.
 * Source: kustomize-controller internal/decryptor, DecryptSources.
 * @throws GitOpsError BUILD_FAILED where one is too large, SPEC_UNSUPPORTED, YAML_INVALID
 */
export async function sealedFiles(
  artifact: Artifact,
  folder: string,
  file: KustomizationFile,
): Promise<ReadonlyMap<string, SealedFile>> {
  const uses = new Map<string, Use[]>()
  await visit({ artifact, uses, visited: new Set() }, folder, file)
  const sealed = new Map<string, SealedFile>()
  for (const [path, found] of uses) {
    const [first] = found
    const content = artifact.files.has(path) ? await contentOf(artifact, path) : ''
    if (Buffer.byteLength(content) > LARGEST) throw tooLarge(content)
    // The first use decides on the format: what is not encrypted in that one is left as it is for good.
    if (first === undefined || !isSopsFile(content, first.format)) continue
    sealed.set(path, sealFile(path, content, first.format, found))
  }
  return sealed
}

interface Walk {
  readonly artifact: Artifact
  readonly uses: Map<string, Use[]>
  readonly visited: Set<string>
}

async function visit(walk: Walk, folder: string, document: KustomizationFile): Promise<void> {
  if (walk.visited.has(folder)) return
  walk.visited.add(folder)
  const file = readKustomizationFile(document)
  for (const [name, use] of usesIn(file)) {
    const path = below(folder, name)
    walk.uses.set(path, [...(walk.uses.get(path) ?? []), use])
  }
  for (const name of [...textsIn(file.resources), ...textsIn(file.components)]) {
    const next = below(folder, name)
    const path = walk.artifact.folders.has(next) ? findKustomizationFile(walk.artifact, next) : undefined
    if (path === undefined) continue
    const inner = readFirst(await contentOf(walk.artifact, path), path)
    if (isRecord(inner)) await visit(walk, next, inner)
  }
}

const contentOf = async (artifact: Artifact, path: string): Promise<string> =>
  new TextDecoder().decode(await bytesOf(artifact, path))

/** Undefined for what is no YAML: kustomize will say so. */
function readFirst(text: string, path: string): unknown {
  try {
    return readYaml(text, path)[0]
  } catch {
    return undefined
  }
}

function usesIn(file: KustomizationFile): readonly (readonly [string, Use])[] {
  const generators = recordsIn(file.secretGenerator).flatMap((generator): (readonly [string, Use])[] => [
    ...textsIn(generator.files).map(fileUse),
    ...textsIn(generator.envs).map((path): [string, Use] => {
      const format = formatOf(path)
      return [path, { kind: 'env', format: format === 'binary' ? 'dotenv' : format }]
    }),
  ])
  const patches = recordsIn(file.patches).flatMap(({ path }): (readonly [string, Use])[] =>
    typeof path === 'string' && path !== '' ? [[path, { kind: 'patch', format: formatOf(path) }]] : [],
  )
  return [...generators, ...patches]
}

/** `key=path` or a path; the key says in which format the file is. */
function fileUse(source: string): readonly [string, Use] {
  const equals = source.indexOf('=')
  const key = equals < 0 ? source : source.slice(0, equals)
  return [source.slice(equals + 1), { kind: 'file', format: formatOf(key) }]
}

function sealFile(path: string, content: string, format: SopsFormat, uses: readonly Use[]): SealedFile {
  const kinds = new Set(uses.map(({ kind }) => kind))
  if (kinds.has('patch') && (format === 'yaml' || format === 'json')) {
    const documents = readUnambiguousYaml(content, path)
    return (variant) => documents.map((document) => sealDocument(document, path, variant)).join('\n---\n')
  }
  if (kinds.has('env') && format === 'dotenv') return (variant) => sealVariables(content, path, variant)
  return (variant) => placeholder(path, variant)
}

function sealDocument(document: unknown, path: string, variant: Variant): string {
  const rest = isRecord(document) ? withoutSops(document) : {}
  const metadata = isRecord(rest.metadata) ? rest.metadata : {}
  if (
    [rest.apiVersion, rest.kind, metadata.name].some((part) => typeof part === 'string' && isCiphertext(part))
  ) {
    throw new GitOpsError('SPEC_UNSUPPORTED', {
      what: `the patch ${path} is encrypted with its apiVersion, kind or name`,
      why: 'without the keys it is not known which object it changes',
      tryThis: 'encrypt the values alone: encrypted_regex in .sops.yaml',
    })
  }
  return printYaml(mapTexts(rest, (text) => (isCiphertext(text) ? placeholder(path, variant) : text)))
}

/** SOPS keeps its own block in lines of their own; the names of variables stay. */
function sealVariables(content: string, path: string, variant: Variant): string {
  const lines = content.split('\n').filter((line) => !line.startsWith('sops_') && !line.startsWith('#'))
  return lines.map((line) => line.replace(/=ENC\[.*$/, `=${placeholder(path, variant)}`)).join('\n')
}

/** Where a path points in the artifact; what leaves it stays at its root (securejoin). */
function below(folder: string, path: string): string {
  const segments = path.startsWith('/') || folder === '' ? [] : folder.split('/')
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return segments.join('/')
}

const tooLarge = (content: string): GitOpsError =>
  new GitOpsError('BUILD_FAILED', {
    what: 'error decrypting sources',
    why: `cannot decrypt file with size (${Buffer.byteLength(content)} bytes) exceeding limit (${LARGEST})`,
  })

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const recordsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  list(value).filter(isRecord)
const textsIn = (value: unknown): readonly string[] =>
  list(value).filter((item): item is string => typeof item === 'string' && item !== '')
