import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The API versions that today's CRDs serve, for those that a repository speaks; and what a test without network
 * and kubelet needs: nothing is waited for, and chart repositories are not asked.
 */
const RAISED: readonly (readonly [RegExp, string])[] = [
  [/kustomize\.toolkit\.fluxcd\.io\/v1beta[12]/g, 'kustomize.toolkit.fluxcd.io/v1'],
  [/source\.toolkit\.fluxcd\.io\/v1beta[12]/g, 'source.toolkit.fluxcd.io/v1'],
  [/helm\.toolkit\.fluxcd\.io\/v2beta[12]/g, 'helm.toolkit.fluxcd.io/v2'],
  [/^ {2}wait: true$/gm, '  wait: false'],
  [/(^kind: HelmRepository$[\s\S]*?^spec:$)/gm, '$1\n  suspend: true'],
]

/** Raises the versions of all manifests in a folder. */
export async function raiseVersions(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.yaml')) continue
    const path = join(entry.parentPath, entry.name)
    const before = await readFile(path, 'utf8')
    const after = RAISED.reduce((text, [old, raised]) => text.replace(old, raised), before)
    if (after !== before) await writeFile(path, after)
  }
}
