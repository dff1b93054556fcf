// Builds everything below an entry path of a repository and says what came of it, as JSON:
//   build-all REPOSITORY ENTRY-PATH KUBECTL CACHE-FOLDER [SCRATCH-FOLDER]
// With a scratch folder nothing is built: the inputs of each build are written there, for others to build.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readArtifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { BuildCache } from '@kubectl-gitops/core/desired/cache/build-cache.js'
import { type EntryPathResult, readEntryPath } from '@kubectl-gitops/core/desired/entry-path.js'
import { readEntryFile, readInputs } from '@kubectl-gitops/core/desired/inputs.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'

const [repositoryPath = '', entryPath = '', kubectl = '', cacheDirectory = '', scratch] =
  process.argv.slice(2)
const { env } = process

const repository = await openCheckout(repositoryPath, { env })
const artifact = await readArtifact(repository, await repository.resolve('HEAD'), undefined)
const cache = new BuildCache(cacheDirectory, 'bench')
const { kustomizations } = await readEntryPath(artifact, entryPath, {
  kubectl,
  timeoutMs: 120_000,
  env,
  cache,
})
if (scratch !== undefined) await writeInputs(scratch)
await repository.close()

const built = kustomizations.filter((one) => 'build' in one)
process.stdout.write(
  `${JSON.stringify({
    kustomizations: kustomizations.length,
    built: built.length,
    objects: built.reduce((sum, one) => sum + one.build.objects.length, 0),
    failures: kustomizations.flatMap((one) =>
      'error' in one ? [`${one.kustomization.name}: ${one.error.message}`] : [],
    ),
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  })}\n`,
)

async function writeInputs(folder: string): Promise<void> {
  const paths: string[] = []
  for (const [i, one] of kustomizations.entries()) {
    if ('build' in one) paths.push(await writeOne(join(folder, String(i)), one))
  }
  await writeFile(join(folder, 'paths.json'), JSON.stringify(paths))
}

async function writeOne(folder: string, { kustomization }: EntryPathResult): Promise<string> {
  const entry = await readEntryFile(artifact, kustomization.path)
  const inputs = await readInputs(artifact, kustomization, entry)
  const files = [...inputs.files].flatMap((path) => artifact.files.get(path) ?? [])
  const blobs = await repository.read(files.map(({ id }) => id))
  const texts = files.map(({ path, id }) => [path, blobs.get(id) ?? ''] as const)
  for (const [path, text] of [...texts, [inputs.path, inputs.text] as const]) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return join(folder, inputs.folder)
}
