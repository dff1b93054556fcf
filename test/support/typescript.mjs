/**
 * Lets plain Node run the TypeScript of this repository: `node --import ./test/support/typescript.mjs x.ts`, or
 * import this file and then `await import('./x.ts')`. Types are stripped, never checked. Jest does not need it.
 */
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// Node runs hooks in a thread of their own, which loads this same file.
if (isMainThread) register(import.meta.url)

/** `./x.js` written in a .ts file means `./x.ts`, as TypeScript has it. */
export async function resolve(specifier, context, next) {
  if (context.parentURL?.endsWith('.ts') && /^\.{1,2}\/.*\.js$/.test(specifier)) {
    try {
      return await next(specifier.replace(/\.js$/, '.ts'), context)
    } catch {
      return next(specifier, context)
    }
  }
  return next(specifier, context)
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
  const { transform } = await import('esbuild')
  const sourcefile = fileURLToPath(url)
  const { code } = await transform(await readFile(sourcefile, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
    sourcefile,
    sourcemap: 'inline',
  })
  return { format: 'module', source: code, shortCircuit: true }
}
