// One file, runnable as it is: krew links exactly one and Flux copies exactly one.
import { chmod, readFile, mkdir } from 'node:fs/promises'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))
const outfile = `${root}plugin/dist/kubectl-gitops`

await mkdir(`${root}plugin/dist`, { recursive: true })
const { metafile } = await build({
  entryPoints: [`${root}plugin/src/cli.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
  banner: { js: '#!/usr/bin/env node' },
  define: { KUBECTL_GITOPS_VERSION: JSON.stringify(version) },
  // oclif loads a TypeScript compiler where it finds one: a shipped program has none.
  external: ['typescript', 'ts-node', 'tsx', 'bare-*'],
  logOverride: { 'empty-import-meta': 'silent' },
  metafile: true,
  absWorkingDir: root,
})
await chmod(outfile, 0o755)
const [output] = Object.values(metafile.outputs)
process.stdout.write(`plugin/dist/kubectl-gitops  ${(output.bytes / 1024 / 1024).toFixed(2)} MB\n`)
