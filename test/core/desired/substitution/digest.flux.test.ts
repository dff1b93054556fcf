import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readArtifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { build, type Build } from '@kubectl-gitops/core/desired/build.js'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { readVariables } from '@kubectl-gitops/core/survey/variables.js'
import { binary } from '../../../support/binaries.js'
import { startControlPlane, type ControlPlane } from '../../../support/control-plane.js'
import { describeWith } from '../../../support/describe-with.js'
import { startFlux, type Flux } from '../../../support/flux.js'
import { conditionOf, type FluxObject } from '../../../support/flux-objects.js'
import type { FluxRepository } from '../../../support/flux-repository.js'
import { BUILT, REFUSED, type Case } from './cases.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

const NAMESPACE = 'default'

describeWith(NEEDED, 'a build with substitution', () => {
  let plane: ControlPlane
  let flux: Flux
  let site: FluxRepository
  let cluster: Cluster
  let repository: Repository
  let commit: string

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    site = await flux.createRepository('site')
    for (const { name, manifest } of [...BUILT, ...REFUSED])
      await site.write({ [`${name}/map.yaml`]: manifest })
    commit = await site.commit('Write every form of a variable')
    await site.push()
    await provide('configmaps', 'settings', { a: 'settings', b: 'settings', d: 'settings', lines: 'x\ny\n' })
    await provide('secrets', 'credentials', { b: 'credentials', c: 'credentials', password: 'swordfish\n' })
    await provide('configmaps', 'overrides', { c: 'overrides' })
    await flux.gitRepository({ name: 'site', namespace: NAMESPACE, url: site.url })
    for (const { name, postBuild } of [...BUILT, ...REFUSED])
      await flux.kustomization({
        name,
        namespace: NAMESPACE,
        source: 'site',
        path: `./${name}`,
        spec: { postBuild },
      })
    cluster = await connect({ kubeconfig: plane.kubeconfig, env: {} })
    repository = await openCheckout(site.path, { env: { PATH: process.env.PATH ?? '' } })
  })

  afterAll(async () => {
    await repository.close()
    cluster.close()
    await flux.stop()
    await plane.stop()
  })

  async function provide(resource: string, name: string, data: Readonly<Record<string, string>>) {
    const field = resource === 'secrets' ? 'stringData' : 'data'
    const { status } = await plane.request('POST', `/api/v1/namespaces/${NAMESPACE}/${resource}`, {
      metadata: { name },
      [field]: data,
    })
    expect(status).toBe(201)
  }

  const built = (object: FluxObject) => (object.status?.history?.length ?? 0) > 0
  const refused = (object: FluxObject) => conditionOf(object, 'Ready')?.reason === 'BuildFailed'
  const reconciled = ({ name }: Case) =>
    flux.waitFor(
      { kind: 'Kustomization', namespace: NAMESPACE, name },
      (object) => built(object) || refused(object),
    )

  async function buildOf(object: FluxObject): Promise<Build> {
    const kustomization = readKustomization({ ...object, status: undefined })
    const kustomize = { kubectl: binary('kubectl'), timeoutMs: 60_000, env: { PATH: process.env.PATH } }
    const variables = await readVariables(cluster, kustomization)
    return build(await readArtifact(repository, commit, undefined), kustomization, kustomize, variables)
  }

  /** Our text, or the words of our refusal. */
  const ours = (object: FluxObject): Promise<string> =>
    buildOf(object).then(
      ({ text }) => text,
      (error: unknown) => (error instanceof GitOpsError ? (error.why ?? '') : String(error)),
    )

  /** Our reader of YAML has words of its own for what is wrong with a text. */
  const wordsOf = (words = '') =>
    words.replace(/': (?:envsubst error: YAMLToJSON|UnmarshalJSON): .*$/, "': no YAML")

  it.each(BUILT)('has the digest that Flux recorded: $name', async (one) => {
    const object = await reconciled(one)
    const text = await ours(object)
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
    const theirs = object.status?.history?.[0]?.digest ?? conditionOf(object, 'Ready')?.message
    expect({ digest, text }).toEqual({ digest: theirs, text })
  })

  it.each(REFUSED)("fails with the controller's own words: $name", async (one) => {
    const object = await reconciled(one)
    expect(wordsOf(await ours(object))).toBe(wordsOf(conditionOf(object, 'Ready')?.message))
  })

  it('knows which values are secret, and that they are those of now', async () => {
    const [sources, operators] = await Promise.all(
      BUILT.filter(({ name }) => ['sources', 'operators'].includes(name))
        .toReversed()
        .map(async (one) => buildOf(await reconciled(one))),
    )
    expect([sources?.secretValues, sources?.approximate]).toEqual([
      new Set(['credentials', 'swordfish']),
      'substituteFrom values are known only as of now',
    ])
    expect([operators?.secretValues, operators?.approximate]).toEqual([new Set(), undefined])
  })
})
