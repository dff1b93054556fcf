import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { readSource, referenceKey, type Source } from '@kubectl-gitops/core/desired/source/source.js'
import { linkSources } from '@kubectl-gitops/core/desired/source/source-links.js'
import { NO_VARIABLES } from '@kubectl-gitops/core/desired/variables.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import { Builder } from '@kubectl-gitops/core/survey/builder.js'
import { digestOf } from '@kubectl-gitops/core/survey/rendering.js'
import { binary } from '../../../support/binaries.js'
import { startControlPlane, type ControlPlane } from '../../../support/control-plane.js'
import { describeWith } from '../../../support/describe-with.js'
import { startFlux, type Flux } from '../../../support/flux.js'
import { conditionOf } from '../../../support/flux-objects.js'
import type { FluxRepository } from '../../../support/flux-repository.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const NAMESPACE = 'default'

const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: "1"}\n`

const SITE = {
  'apps/a.yaml': map('a'),
  'apps/skipped.yaml': map('skipped'),
  'apps/.sourceignore': 'skipped.yaml\n',
  'apps-old/b.yaml': map('b'),
  'apps.yaml': map('c'),
  'root.yaml': map('root'),
}

const LIBRARY = {
  'deploy/d.yaml': map('d'),
  'deploy/deep/e.yaml': map('e'),
  'deploy/deep/dropped.yaml': map('dropped'),
  'deploy/deep/.sourceignore': 'dropped.yaml\n',
  'left-out.yaml': map('left-out'),
}

/** GitRepositories of the site, each with a Kustomization of the root of its artifact. */
const SHAPES: Readonly<Record<string, object>> = {
  plain: {},
  sparse: { sparseCheckout: ['./apps'] },
  'sparse-deep': { sparseCheckout: ['apps-old', 'apps/a.yaml', 'apps/.sourceignore'] },
  including: {
    include: [{ repository: { name: 'library' }, fromPath: 'deploy', toPath: 'vendor/library' }],
    ignore: '/root.yaml\n',
  },
  both: {
    sparseCheckout: ['apps-old'],
    include: [{ repository: { name: 'library' }, toPath: 'more' }],
  },
  replacing: {
    include: [{ repository: { name: 'library' }, fromPath: 'deploy/d.yaml', toPath: 'apps/a.yaml' }],
  },
}

/** What source-controller refuses, and a piece of its own words. */
const REFUSED: Readonly<Record<string, readonly [object, RegExp]>> = {
  'sparse-gone': [{ sparseCheckout: ['gone'] }, /sparse checkout dir 'gone' does not exist in repository/],
  'include-taken': [
    { include: [{ repository: { name: 'library' }, toPath: 'apps' }] },
    /failed to copy 'library' include from {2}to apps/,
  ],
  'include-gone': [
    { include: [{ repository: { name: 'library' }, fromPath: 'gone' }] },
    /failed to copy 'library' include from gone to library: cannot stat/,
  ],
}

describeWith(NEEDED, 'an artifact that its source shapes', () => {
  let plane: ControlPlane
  let flux: Flux
  let site: FluxRepository
  let library: FluxRepository
  let builder: Builder

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    site = await commit('site', SITE)
    library = await commit('library', LIBRARY)
    const ignore = '/left-out.yaml\n'
    await flux.gitRepository({ name: 'library', namespace: NAMESPACE, url: library.url, spec: { ignore } })
    await ready('library')
    for (const [name, spec] of [...Object.entries(SHAPES), ...refused()]) {
      await flux.gitRepository({ name, namespace: NAMESPACE, url: site.url, spec: { ...spec } })
      if (name in SHAPES)
        await flux.kustomization({
          name,
          namespace: NAMESPACE,
          source: name,
          spec: { targetNamespace: NAMESPACE },
        })
    }
    builder = newBuilder()
  })

  afterAll(async () => {
    await builder.close()
    await flux.stop()
    await plane.stop()
  })

  /** One builder is for one reading of the cluster. */
  const newBuilder = () =>
    new Builder(
      (url) => openCheckout(url === site.url ? site.path : library.path, { env: { PATH: process.env.PATH } }),
      { kubectl: binary('kubectl'), timeoutMs: 60_000, env: { PATH: process.env.PATH } },
      () => Promise.resolve(NO_VARIABLES),
      2,
    )

  const refused = () => Object.entries(REFUSED).map(([name, [spec]]) => [name, spec] as const)

  async function commit(name: string, files: Readonly<Record<string, string>>): Promise<FluxRepository> {
    const repository = await flux.createRepository(name)
    await repository.write(files)
    await repository.commit('Begin')
    await repository.push()
    return repository
  }

  const ready = (name: string) =>
    flux.waitFor(
      { kind: 'GitRepository', namespace: NAMESPACE, name },
      (object) => conditionOf(object, 'Ready')?.status === 'True',
    )

  /** The sources as the cluster has them now, with what they include. */
  async function source(name: string): Promise<Source> {
    const objects = await Promise.all(
      [name, 'library'].map((each) => flux.get('GitRepository', NAMESPACE, each)),
    )
    const found = objects.flatMap((object) => (object === undefined ? [] : readSource({ ...object })))
    const sources = linkSources(new Map(found.map((one) => [referenceKey(one.reference), one])), [])
    const own = sources.get(`GitRepository/${NAMESPACE}/${name}`)
    if (own === undefined) throw new Error(`no GitRepository ${name}`)
    return own
  }

  async function build(name: string) {
    const object = await flux.waitFor(
      { kind: 'Kustomization', namespace: NAMESPACE, name },
      ({ status }) => status?.lastAppliedRevision !== undefined,
    )
    const kustomization = readKustomization({ ...object })
    const own = await source(name)
    const result = await builder.build(kustomization, own, kustomization.status.lastAppliedRevision ?? '')
    if (!result.ok) throw result.error
    return {
      digest: digestOf(result.build),
      theirs: kustomization.status.history[0]?.digest,
      ...result.build,
    }
  }

  it.each(Object.keys(SHAPES))('gives the digest that Flux recorded: %s', async (name) => {
    const { digest, theirs, approximate } = await build(name)
    expect({ digest, approximate }).toEqual({ digest: theirs, approximate: undefined })
  })

  it('leaves nothing out that the shapes do not differ in', async () => {
    const digests = await Promise.all(Object.keys(SHAPES).map(async (name) => (await build(name)).digest))
    expect(new Set(digests).size).toBe(digests.length)
  })

  it.each(refused())('is refused by both: %s', async (name) => {
    const object = await flux.waitFor(
      { kind: 'GitRepository', namespace: NAMESPACE, name },
      (one) => conditionOf(one, 'Ready')?.status === 'False',
    )
    expect(conditionOf(object, 'Ready')?.message).toMatch(REFUSED[name]?.[1] ?? 'none')
    const own = await source(name)
    const head = `main@sha1:${await site.git('rev-parse', 'HEAD')}`
    const includes = await includesNow(own)
    await expect(builder.artifact({ ...own, includes }, head)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:PATH_NOT_FOUND|SOURCE_UNSUPPORTED)$/),
    })
  })

  /** Nothing was packed, so no status tells the revision of what is included. */
  async function includesNow(own: Source): Promise<Source['includes']> {
    const revision = `main@sha1:${await library.git('rev-parse', 'HEAD')}`
    return own.includes.map((include) => ({ ...include, revision }))
  }

  it('is not taken for the one before, once the included repository has gone on', async () => {
    await build('including')
    await library.write({ 'deploy/d.yaml': map('later') })
    await library.commit('Go on')
    await library.push()
    await flux.reconcile('GitRepository', NAMESPACE, 'library')
    await flux.reconcile('GitRepository', NAMESPACE, 'including')
    const object = await flux.get('Kustomization', NAMESPACE, 'including')
    if (object === undefined) throw new Error('no Kustomization')
    // A Kustomization whose newest digest is still that of before, as it is for a moment.
    const own = await source('including')
    const recorded = readKustomization({ ...object })
    const older = { ...recorded, status: { ...recorded.status, history: recorded.status.history.slice(-1) } }
    const fresh = newBuilder()
    const result = await fresh.build(older, own, recorded.status.lastAppliedRevision ?? '')
    await fresh.close()
    expect(result.ok ? 'built' : [result.error.code, result.error.why]).toEqual([
      'SOURCE_UNSUPPORTED',
      expect.stringMatching(
        /^the included GitRepositories are taken as the newest artifact has them; this build has /,
      ),
    ])
  })
})
