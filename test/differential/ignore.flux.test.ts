import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { comparePaths, readArtifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { line, path } from '../core/desired/source/ignore-rule.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { GIT_ENV, TestRepository } from '../support/git-repository.js'
import { temporaryFolder, type TemporaryFolder } from '../support/processes.js'
import { seldom } from './arbitrary/chance.js'
import { inParallel } from './parallel.js'
import { SEED } from './seed.js'

const NEEDED = ['etcd', 'kube-apiserver', 'source-controller'] as const
const RULE_SETS = Number(process.env.RULE_SETS ?? 220)

/** A tree, with rules in files of it and in the spec of its source. */
interface RuleSet {
  readonly files: Readonly<Record<string, string>>
  readonly ignore: string | undefined
}

/** What one side packs: files and folders. */
interface Packed {
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

/** A line, for a tree with these paths. */
type Rule = (paths: readonly string[]) => string

const FORMS = ['%', '/%', '%/', '!%', '!/%', '%/*', '!%/*', '/%/**', '!/%/**']

const rule: fc.Arbitrary<Rule> = fc.oneof(
  line.map((text) => () => text),
  fc
    .tuple(fc.nat(20), fc.nat(3), fc.constantFrom(...FORMS))
    .map(([at, depth, form]) => (paths: readonly string[]) => {
      const names = (paths[at % paths.length] ?? '').split('/')
      return form.replace('%', () => names.slice(0, depth + 1).join('/'))
    }),
)

const rules = fc.tuple(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n')).map(
  ([lines, end]) =>
    (paths: readonly string[]) =>
      lines.map((one) => one(paths)).join(end),
)

/** Neither Git nor Flux takes other names. */
const isStorable = (name: string): boolean => !name.split('/').includes('.git') && !name.includes('\\')

const ruleSet: fc.Arbitrary<RuleSet> = fc
  .record({
    paths: fc.uniqueArray(path.filter(isStorable), { minLength: 1, maxLength: 14 }),
    root: fc.option(rules, { nil: undefined, freq: 3 }),
    deeper: fc.array(fc.tuple(fc.nat(20), rules), { maxLength: 2 }),
    ignore: seldom(rules, 2),
  })
  .map(({ paths, root, deeper, ignore }) => {
    const folders = paths.filter((one) => one.includes('/')).map((one) => one.replace(/\/[^/]*$/, ''))
    const below =
      folders.length === 0
        ? []
        : deeper.map(([at, text]) => [folders[at % folders.length] ?? '', text] as const)
    const written = Object.fromEntries<string>([
      ...paths.map((one) => [one, ''] as const),
      ...below.map(([folder, text]) => [`${folder}/.sourceignore`, text(paths)] as const),
      ...(root === undefined ? [] : [['.sourceignore', root(paths)] as const]),
    ])
    return { files: withoutClashes(written), ignore: ignore?.(paths) }
  })

/** A path cannot be a file and a folder. */
const withoutClashes = (files: RuleSet['files']): RuleSet['files'] =>
  Object.fromEntries(
    Object.entries(files).filter(([one]) => !Object.keys(files).some((other) => other.startsWith(`${one}/`))),
  )

/** All trees at once, each on a branch of its own, for `git fast-import`. */
const importStream = (sets: readonly RuleSet[]): string =>
  sets
    .map(({ files }, i) => {
      const head = `commit refs/heads/set-${i}\ncommitter Test <test@example.com> 0 +0000\ndata 0\n`
      return head + Object.entries(files).map(importFile).join('')
    })
    .join('')

const importFile = ([name, text]: readonly [string, string]): string => {
  const quoted = name.replace(/["\\]/g, '\\$&')
  return `M 100644 inline "${quoted}"\ndata ${Buffer.byteLength(text)}\n${text}\n`
}

describeWith(NEEDED, 'what a source packs, beside the real source-controller', () => {
  let plane: ControlPlane
  let flux: Flux
  let folder: TemporaryFolder
  let repository: Repository

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane, { controllers: ['source'] })
    folder = await temporaryFolder('ignore')
  })

  afterAll(async () => {
    await repository.close()
    await folder.remove()
    await flux.stop()
    await plane.stop()
  })

  /** The artifact that Flux has stored. */
  async function packedByFlux(name: string, url: string, ignore: string | undefined): Promise<Packed> {
    const spec = ignore === undefined ? {} : { ignore }
    await flux.gitRepository({ name, namespace: 'default', url, ref: { branch: name }, spec })
    const which = { kind: 'GitRepository', namespace: 'default', name } as const
    const stored = await flux.waitFor(which, ({ status }) => status?.artifact !== undefined, 120_000)
    const answer = await fetch(stored.status?.artifact?.url ?? '')
    const target = join(folder.path, name)
    await mkdir(target)
    await unpack(new Uint8Array(await answer.arrayBuffer()), target)
    const entries = await readdir(target, { recursive: true, withFileTypes: true })
    // Rules can take `.git` itself back in; what Flux's own clone is made of is in no commit.
    const paths = (wanted: boolean) =>
      entries
        .filter((entry) => entry.isDirectory() === wanted)
        .map((entry) => relative(target, join(entry.parentPath, entry.name)))
        .filter((path) => path !== '.git' && !path.startsWith('.git/'))
    return { files: sorted(paths(false)), folders: sorted(paths(true)) }
  }

  async function packedByUs(name: string, ignore: string | undefined): Promise<Packed> {
    const artifact = await readArtifact(repository, await repository.resolve(name), ignore)
    const folders = [...artifact.folders].filter((one) => one !== '')
    return { files: sorted([...artifact.files.keys()]), folders: sorted(folders) }
  }

  it(`holds the same files and folders, for ${RULE_SETS} generated sets of rules (SEED=${SEED})`, async () => {
    const sets = fc.sample(ruleSet, { seed: SEED, numRuns: RULE_SETS })
    const site = await flux.createRepository('sets')
    const tree = await TestRepository.create(site.path)
    tree.gitWithInput(importStream(sets), 'fast-import', '--quiet')
    await site.git('push', '--quiet', 'origin', 'refs/heads/*:refs/heads/*')
    repository = await openCheckout(site.path, { env: GIT_ENV })
    const compared = await inParallel(sets, 8, async ({ files, ignore }, i) => {
      const name = `set-${i}`
      const theirs = await packedByFlux(name, site.url, ignore)
      return { files, ignore, theirs, ours: await packedByUs(name, ignore) }
    })
    const wrong = compared.filter(({ theirs, ours }) => JSON.stringify(theirs) !== JSON.stringify(ours))
    expect({ seed: SEED, wrong: wrong.slice(0, 3) }).toEqual({ seed: SEED, wrong: [] })
    // Both sides agreeing that nothing is ever left out would prove nothing.
    const someLeftOut = compared.filter(
      ({ files, theirs }) => theirs.files.length < Object.keys(files).length,
    )
    const someKept = compared.filter(({ theirs }) => theirs.files.length > 1)
    expect(someLeftOut.length).toBeGreaterThan(RULE_SETS / 4)
    expect(someKept.length).toBeGreaterThan(RULE_SETS / 4)
  }, 600_000)
})

const sorted = (paths: readonly string[]): readonly string[] => [...paths].sort(comparePaths)

function unpack(archive: Uint8Array, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('tar', ['-xzf', '-', '-C', folder], (error) => {
      if (error === null) resolve()
      else reject(new Error(`tar failed: ${error.message}`))
    })
    child.stdin?.end(archive)
  })
}
