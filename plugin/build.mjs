// One file, runnable as it is: krew links exactly one and Flux copies exactly one.
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))
const outfile = `${root}plugin/dist/kubectl-gitops`

/** Bundles one entry to CommonJS and answers its text. */
async function bundle(entry, define = {}) {
  const { outputFiles } = await build({
    entryPoints: [`${root}plugin/src/${entry}`],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    define: { KUBECTL_GITOPS_VERSION: JSON.stringify(version), ...define },
    // oclif loads a TypeScript compiler where it finds one: a shipped program has none.
    external: ['typescript', 'ts-node', 'tsx', 'bare-*'],
    // A dependency asks for Node's own copy, which newer versions of Node complain of at every start.
    alias: { punycode: fileURLToPath(import.meta.resolve('punycode/punycode.js')) },
    logOverride: { 'empty-import-meta': 'silent' },
    absWorkingDir: root,
  })
  return outputFiles[0].text
}

const program = await bundle('cli.ts')
if (program.includes('\u0001')) throw new Error('the program holds the mark that stands for closed comments')
const hash = createHash('sha256').update(program).digest('hex').slice(0, 16)
const launcher = await bundle('launcher.ts', { KUBECTL_GITOPS_PROGRAM: JSON.stringify(hash) })

await mkdir(`${root}plugin/dist`, { recursive: true })
await writeFile(
  outfile,
  `#!/usr/bin/env node\n${launcher}/*PROGRAM\n${program.replaceAll('*/', '*\u0001/')}*/\n`,
)
await chmod(outfile, 0o755)
const megabytes = ((launcher.length + program.length) / 1024 / 1024).toFixed(2)
process.stdout.write(`plugin/dist/kubectl-gitops  ${megabytes} MB\n`)
