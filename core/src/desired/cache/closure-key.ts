import { createHash } from 'node:crypto'
import { comparePaths, type Artifact } from '../source/artifact.js'
import { readEntryFile, readInputs, type BuildInputs } from '../inputs.js'
import type { Kustomization } from '../kustomization.js'

/** To be raised when the same inputs reach kustomize in another form than before. */
const FORMAT = 2

/**
 * A name for everything that decides what kustomize prints for a Kustomization at a revision: the files that it
 * reads, the entry file as Flux edits it, and `printer`, which names the kustomize. Equal keys mean equal text,
 * so it also tells which commits of a history need a build of their own. Starts no process.
 * @throws GitOpsError what `readInputs` throws: where that fails, there is no build either
 */
export async function closureKey(
  artifact: Artifact,
  kustomization: Kustomization,
  printer = '',
): Promise<string> {
  const entry = await readEntryFile(artifact, kustomization.path)
  return inputsKey(artifact, await readInputs(artifact, kustomization, entry), printer)
}

/** The same for inputs that were read already: 64 hex digits. */
export function inputsKey(artifact: Artifact, inputs: BuildInputs, printer: string): string {
  const { folder, path, text } = inputs
  const files = [...inputs.files].sort(comparePaths).map((file) => [file, artifact.files.get(file)?.id])
  const { sealed, folders } = inputs
  return keyOf([
    'closure',
    FORMAT,
    printer,
    folder,
    path,
    text,
    files,
    [...folders].sort(),
    [...sealed.keys()],
  ])
}

/** The SHA-256 of plain data, as 64 hex digits; JSON keeps its parts apart. */
export function keyOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
