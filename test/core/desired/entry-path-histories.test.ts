import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type EntryPath, readEntryPath } from '@kubectl-gitops/core/desired/entry-path.js'
import { describeInCorpora } from '../../support/describe-with.js'
import { GIT_ENV } from '../../support/git-repository.js'
import { Stage } from './stage.js'

const HISTORIES = join(import.meta.dirname, '../../../../shared/corpora/histories')

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

describeInCorpora(HISTORIES, 'the real repositories', () => {
  async function readBundle(name: string, path: string) {
    const clone = join(stage.folder.path, `${name}-${path.replaceAll('/', '-')}`)
    execFileSync('git', ['clone', '-q', '-b', 'main', join(HISTORIES, `${name}.bundle`), clone], {
      env: GIT_ENV,
    })
    return readEntryPath(await stage.open(clone, 'main'), path, stage.kustomize)
  }

  /** By name: how many objects were built, or the refusal. */
  const counts = ({ kustomizations }: EntryPath) =>
    Object.fromEntries(
      kustomizations.map((result) => [
        result.kustomization.name,
        'build' in result ? result.build.objects.length : `${result.error.code}: ${result.error.why ?? ''}`,
      ]),
    )

  it('gitops-linkerd: finds all, builds what builds, and says why linkerd does not', async () => {
    const found = await readBundle('gitops-linkerd', 'clusters/my-cluster')
    expect(counts(found)).toEqual({
      'flux-system': expect.any(Number),
      apps: expect.anything(),
      'cert-manager': expect.any(Number),
      flagger: expect.anything(),
      'ingress-nginx': expect.anything(),
      linkerd: expect.stringMatching(
        /^BUILD_FAILED: loading KV pairs: .* open infrastructure\/linkerd\/ca\.crt: no such file or directory$/s,
      ),
      'weave-gitops': expect.any(Number),
      faces: 'SOURCE_UNSUPPORTED: its source is GitRepository/faces/faces',
      loadtester: 'SOURCE_UNSUPPORTED: its artifact is on the cluster alone',
    })
  })

  it.each(['production', 'staging'])('flux2-kustomize-helm-example: %s', async (cluster) => {
    const found = await readBundle('flux2-kustomize-helm-example', `clusters/${cluster}`)
    expect(counts(found)).toEqual({
      'flux-system': 4,
      apps: expect.any(Number),
      'infra-configs': expect.any(Number),
      'infra-controllers': expect.any(Number),
    })
    expect(found.sources.map(({ reference }) => reference.kind)).toEqual(
      expect.arrayContaining(['HelmRepository']),
    )
  })

  it.each(['production', 'staging'])('flux2-multi-tenancy: %s', async (cluster) => {
    expect(counts(await readBundle('flux2-multi-tenancy', `clusters/${cluster}`))).toEqual({
      'flux-system': 3,
      kyverno: 2,
      'kyverno-policies': 2,
      tenants: 5,
      'dev-team': 'SOURCE_UNSUPPORTED: its source is GitRepository/apps/dev-team',
      'kyverno-controller': 'SOURCE_UNSUPPORTED: its artifact is on the cluster alone',
    })
  })
})
