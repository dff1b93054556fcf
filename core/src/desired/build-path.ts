import { GitOpsError } from '../errors.js'
import { folderOf, type Artifact } from './source/artifact.js'
import { editFile } from './generator.js'
import type { Kustomization } from './kustomization.js'

/**
 * Refuses a `spec.path` that no build can start from, in the words of Flux, which are those of the file system.
 * Source: kustomize-controller reconcile (os.Stat); fluxcd/pkg kustomize/kustomize_generator.go WriteFile.
 * @throws GitOpsError PATH_NOT_FOUND; BUILD_FAILED where it is a file
 */
export function refuseNoFolder(artifact: Artifact, { path, spec }: Kustomization): void {
  if (artifact.folders.has(path)) return
  if (artifact.files.has(path)) {
    // Flux finds a fault in the spec first: it writes the file when that is done.
    editFile({}, spec, true, () => false)
    const written = `${path}/kustomization.yaml: not a directory`
    throw new GitOpsError('BUILD_FAILED', {
      what: `the path of the Kustomization is a file: ${path}`,
      why: `open ${written} remove ${written}`,
    })
  }
  const problem = isBelowFile(artifact, path) ? 'not a directory' : 'no such file or directory'
  throw new GitOpsError('PATH_NOT_FOUND', {
    what: `kustomization path not found: stat ${path}: ${problem}`,
    why: `the artifact of ${artifact.commit.slice(0, 12)} has no such folder (a .sourceignore or spec.ignore may leave it out)`,
  })
}

function isBelowFile(artifact: Artifact, path: string): boolean {
  for (let at = folderOf(path); at !== ''; at = folderOf(at)) if (artifact.files.has(at)) return true
  return false
}
