import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { importsOf, ROOT, sourceFiles, type Import } from './support/source-files.js'

const PRODUCT = ['core/src', 'plugin/src', 'audit-service/src']
const product = sourceFiles(...PRODUCT)
const imports = product.flatMap(importsOf)

/** One breach reads: where, what, and what to do about it. */
const breach = (at: Import, remedy: string) =>
  `${at.file}:${String(at.line)} imports ${at.specifier}: ${remedy}`

const breaches = (wrong: (at: Import) => boolean, remedy: string, from = imports) =>
  from.filter(wrong).map((at) => breach(at, remedy))

const isPackage = (target: string, name: string) => target === name || target.startsWith(`${name}/`)

describe('imports', () => {
  it('go from plugin and audit-service to core, and never the other way or across', () => {
    const parts = ['core', 'plugin', 'audit-service']
    const allowed: Readonly<Record<string, readonly string[]>> = {
      core: ['core'],
      plugin: ['plugin', 'core'],
      'audit-service': ['audit-service', 'core'],
    }
    const wrong = (at: Import) => {
      const from = at.file.split('/')[0] ?? ''
      const to = at.target.split('/')[0] ?? ''
      return parts.includes(to) && at.target.includes('/src/') && !(allowed[from] ?? []).includes(to)
    }
    expect(breaches(wrong, 'move what both need into core')).toEqual([])
  })

  it('reach the core of another workspace by its package name, not by a path', () => {
    const wrong = (at: Import) =>
      at.specifier.startsWith('.') && at.file.split('/')[0] !== at.target.split('/')[0]
    expect(breaches(wrong, 'write @kubectl-gitops/core/…')).toEqual([])
  })

  it('name every dependency that is used in the package.json of its workspace', async () => {
    const { default: fs } = await import('node:fs')
    const declared = new Map(
      ['core', 'plugin', 'audit-service'].map((part) => {
        const manifest = JSON.parse(fs.readFileSync(join(ROOT, part, 'package.json'), 'utf8')) as {
          dependencies?: object
        }
        return [part, new Set(Object.keys(manifest.dependencies ?? {}))] as const
      }),
    )
    const wrong = (at: Import) => {
      if (at.target.startsWith('node:') || at.target.includes('/src/') || at.specifier.startsWith('.'))
        return false
      const name = at.target
        .split('/')
        .slice(0, at.target.startsWith('@') ? 2 : 1)
        .join('/')
      return declared.get(at.file.split('/')[0] ?? '')?.has(name) !== true
    }
    expect(breaches(wrong, 'npm install it with -w for that workspace')).toEqual([])
  })

  const homes: readonly (readonly [string, RegExp, string])[] = [
    ['simple-git', /^core\/src\/git\//, 'only core/src/git talks to git'],
    ['@kubernetes/client-node', /^core\/src\/live\/cluster\.ts$/, 'only core/src/live/cluster.ts loads it'],
    ['better-sqlite3', /^audit-service\/src\/sqlite\//, 'only audit-service/src/sqlite talks to SQLite'],
    ['express', /^audit-service\/src\/(?:server\.ts|routes\/)/, 'only the server and its routes know HTTP'],
    [
      '@oclif/core',
      /^plugin\/src\/(?:command|flags|oclif)\.ts$|^plugin\/src\/commands\//,
      'only the command layer knows oclif',
    ],
  ]
  it.each(homes)('of %s stay where they belong', (name, home, remedy) => {
    expect(breaches((at) => isPackage(at.target, name) && !home.test(at.file), remedy)).toEqual([])
  })
})

describe('pure folders', () => {
  const PURE = /^core\/src\/(?:drift|blame|replay|ledger)\//
  const pure = product.filter((file) => PURE.test(file.path))

  it('import no adapter and no module of Node that does I/O', () => {
    const adapter = (at: Import) => /^core\/src\/(?:git|live|desired|survey)\//.test(at.target)
    const io = (at: Import) =>
      /^node:(?:fs|http|https|net|tls|child_process|os|process|worker_threads|dgram|dns)/.test(at.target)
    const from = pure.flatMap(importsOf)
    expect(breaches((at) => adapter(at) || io(at), 'let it come in as an argument', from)).toEqual([])
  })

  it('read no clock, no randomness and no environment', () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\brandomUUID\(|\bperformance\./
    const found = pure.flatMap((file) =>
      file.lines.flatMap((line, index) =>
        impure.test(line)
          ? [`${file.path}:${String(index + 1)} ${line.trim()}: pass the value in as an argument`]
          : [],
      ),
    )
    expect(found).toEqual([])
  })

  it('read and print JSON with core/json, as printers do: an integer beyond 2^53 is a bigint', () => {
    const printers = product.filter((file) => file.path.startsWith('plugin/src/printers/'))
    const found = [...pure, ...printers].flatMap((file) =>
      file.lines.flatMap((line, index) =>
        /\bJSON\.(?:parse|stringify)\b/.test(line)
          ? [`${file.path}:${String(index + 1)} ${line.trim()}: use parseJson, formatJson of core/json`]
          : [],
      ),
    )
    expect(found).toEqual([])
  })

  it('are looked at: the rules above have files to hold', () => {
    expect(pure.length).toBeGreaterThan(5)
  })
})

describe('printers', () => {
  it('take a report and return text: no console, no process, no I/O', () => {
    const printers = product.filter((file) => file.path.startsWith('plugin/src/printers/'))
    const found = printers.flatMap((file) =>
      file.lines.flatMap((line, index) =>
        /\bconsole\.|\bprocess\.|from 'node:(?!util)/.test(line)
          ? [`${file.path}:${String(index + 1)}: return the text instead`]
          : [],
      ),
    )
    expect(found).toEqual([])
  })
})

describe('files', () => {
  const all = sourceFiles(...PRODUCT, 'test', 'demo', 'bench')

  it('have at most 300 lines', () => {
    const long = all
      .filter((file) => file.lines.length > 301)
      .map((file) => `${file.path}: ${String(file.lines.length)} lines, split it by what it is about`)
    expect(long).toEqual([])
  })

  it('and folders are nouns of the domain: no utils, helpers, common, types, misc', () => {
    const vague = /^(?:utils?|helpers?|commons?|types?|misc|shared|lib|enums?|constants?)(?:\.|$)/
    const found = all.flatMap((file) =>
      file.path.split('/').some((part) => vague.test(part))
        ? [`${file.path}: name it after what it is about`]
        : [],
    )
    expect(found).toEqual([])
  })

  it('are named in kebab-case', () => {
    const odd = all
      .map((file) => file.path)
      .filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*$/.test(basename(path)))
    expect(odd).toEqual([])
  })

  it('of tests mirror the source they test', () => {
    const tests = all
      .map((file) => file.path)
      .filter((path) => /^test\/(?:core|plugin|audit-service)\/.*\.test\.ts$/.test(path))
    const orphans = tests.filter((path) => {
      const [, part = '', ...rest] = path.split('/')
      const source = join(part, 'src', ...rest).replace(/(?:\.cluster|\.flux)?\.test\.ts$/, '')
      return ![`${source}.ts`, source, dirname(source)].some((place) => existsSync(join(ROOT, place)))
    })
    expect(orphans.map((path) => `${path}: no source file or folder of that name`)).toEqual([])
  })
})

describe('tests', () => {
  it('cannot be switched off or narrowed down by accident', () => {
    const found = sourceFiles('test')
      .filter((file) => file.path !== 'test/architecture.test.ts')
      .flatMap((file) =>
        file.lines.flatMap((line, index) =>
          /\b(?:it|test|describe)\.(?:only|todo)\b|\b[fx](?:it|describe)\(/.test(line)
            ? [`${file.path}:${String(index + 1)} ${line.trim()}`]
            : [],
        ),
      )
    expect(found).toEqual([])
  })
})
