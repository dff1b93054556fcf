import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { bootstrapObjects } from '../../../demo/repository/bootstrap.js'
import type { DemoRepositories } from '../../../demo/repository/create.js'
import { createDemoRepositories, pushBreakingCommit } from '../../../demo/repository/create.js'
import { git } from '../../../demo/repository/git.js'
import type { BuildSpec } from './kustomize.js'
import { kustomizeBuilder } from './kustomize.js'

const urls = { platform: 'http://127.0.0.1:1/platform.git', faces: 'http://127.0.0.1:1/faces.git' }
const build = kustomizeBuilder()
let directory: string
let demo: DemoRepositories

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'demo-'))
  demo = await createDemoRepositories(directory, urls)
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

interface Workload {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } }
}

interface Container {
  readonly env: unknown
  readonly resources: { readonly limits: { readonly memory: string } }
}

interface Build {
  readonly kustomization: string
  readonly objects: readonly KubernetesObject[]
  readonly failure?: string
}

/** What Flux would build at a commit of the platform: the bootstrap's Kustomization, and what it finds. */
async function buildAll({ platform, faces }: DemoRepositories, commit: string): Promise<readonly Build[]> {
  const date = await git(platform.bare, ['show', '--no-patch', '--format=%cI', commit])
  const facesCommit = await git(faces.bare, ['rev-list', '--max-count=1', `--before=${date}`, 'main'])
  const builds: Build[] = []
  const waiting = bootstrapObjects(urls).filter((object) => object.kind === 'Kustomization')
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const spec = next.spec as BuildSpec
    const source =
      spec.sourceRef.name === 'faces'
        ? ([faces.bare, facesCommit] as const)
        : ([platform.bare, commit] as const)
    const result = await build(...source, spec).then(
      (objects) => ({ objects }),
      (thrown: unknown) => ({ objects: [], failure: String(thrown) }),
    )
    builds.push({ kustomization: `${next.metadata.namespace ?? ''}/${next.metadata.name}`, ...result })
    waiting.push(...result.objects.filter((object) => object.kind === 'Kustomization'))
  }
  return builds
}

function kindsAndNames(builds: readonly Build[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    builds.map(({ kustomization, objects }) => [
      kustomization,
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
    ]),
  )
}

function find(builds: readonly Build[], kind: string, name: string): KubernetesObject {
  const found = builds
    .flatMap(({ objects }) => objects)
    .filter((o) => o.kind === kind && o.metadata.name === name)
  expect(found).toHaveLength(1)
  return found[0]!
}

describe('the builds of the demo', () => {
  it('succeed at every commit of the platform, branches included', async () => {
    const commits = (await git(demo.platform.bare, ['rev-list', demo.platform.head])).split('\n')
    const failures = []
    for (const commit of commits) {
      for (const { kustomization, failure } of await buildAll(demo, commit)) {
        if (failure !== undefined) failures.push({ commit, kustomization, failure })
      }
    }
    expect(failures).toEqual([])
    expect(commits).toHaveLength(36)
  })

  it('succeed at every commit of the services under the platform of today', async () => {
    const builds = await buildAll(demo, demo.platform.head)
    const spec = find(builds, 'Kustomization', 'faces-services').spec as BuildSpec
    const commits = (await git(demo.faces.bare, ['rev-list', 'main'])).split('\n')
    const counts = []
    for (const commit of commits) counts.push((await build(demo.faces.bare, commit, spec)).length)
    expect(counts).toEqual(Array.from({ length: 11 }, () => 6))
  })

  it('hold a platform of six Kustomizations under the one of the bootstrap', async () => {
    expect(kindsAndNames(await buildAll(demo, demo.platform.head))).toEqual({
      'flux-system/flux-system': [
        'Kustomization cert-manager',
        'Kustomization faces',
        'Kustomization flagger',
        'Kustomization ingress-nginx',
        'Kustomization linkerd',
      ],
      'flux-system/cert-manager': [
        'HelmRelease cert-manager',
        'HelmRepository cert-manager',
        'Namespace cert-manager',
      ],
      'flux-system/linkerd': [
        'ConfigMap trust-roots-25gmgc45dc',
        'HelmRelease linkerd-control-plane',
        'HelmRelease linkerd-crds',
        'HelmRepository linkerd',
        'Namespace linkerd',
      ],
      'flux-system/ingress-nginx': [
        'ConfigMap response-headers',
        'HelmRelease ingress-nginx',
        'HelmRepository ingress-nginx',
        'Namespace ingress-nginx',
      ],
      'flux-system/flagger': [
        'Deployment load-tester',
        'HelmRelease flagger',
        'HelmRepository flagger',
        'Namespace flagger-system',
        'Service load-tester',
      ],
      'flux-system/faces': [
        'Canary face',
        'ConfigMap faces-settings-4bf6bgt4gd',
        'Deployment faces-gui',
        'GitRepository faces',
        'HorizontalPodAutoscaler faces-gui',
        'Ingress faces',
        'Kustomization faces-services',
        'Namespace faces',
        'NetworkPolicy allow-ingress-nginx',
        'NetworkPolicy deny-by-default',
        'Secret session-key',
        'Service faces-gui',
      ],
      'faces/faces-services': [
        'Deployment color',
        'Deployment face',
        'Deployment smiley',
        'Service color',
        'Service face',
        'Service smiley',
      ],
    })
  })

  it('never give one object to two Kustomizations', async () => {
    const objects = (await buildAll(demo, demo.platform.head)).flatMap((one) => one.objects)
    const ids = objects.map(({ apiVersion, kind, metadata }) =>
      [apiVersion, kind, metadata.namespace, metadata.name].join(' '),
    )
    expect(ids).toEqual([...new Set(ids)])
  })

  it('wait for what they depend on, never for pods: no kubelet runs in the demo', async () => {
    const kustomizations = (await buildAll(demo, demo.platform.head))
      .flatMap(({ objects }) => objects)
      .filter(({ kind }) => kind === 'Kustomization')
      .map(({ metadata, spec }) => {
        const { dependsOn, wait, prune } = spec as Record<string, unknown>
        return { name: metadata.name, dependsOn, wait, prune }
      })
      .sort((a, b) => a.name.localeCompare(b.name))
    const flags = { wait: false, prune: true }
    expect(kustomizations).toEqual([
      { name: 'cert-manager', dependsOn: undefined, ...flags },
      { name: 'faces', dependsOn: [{ name: 'flagger' }], ...flags },
      { name: 'faces-services', dependsOn: undefined, ...flags },
      { name: 'flagger', dependsOn: [{ name: 'linkerd' }], ...flags },
      { name: 'ingress-nginx', dependsOn: [{ name: 'cert-manager' }], ...flags },
      { name: 'linkerd', dependsOn: [{ name: 'cert-manager' }], ...flags },
    ])
  })

  it('take the values of the GUI from the base, the overlay and the generator', async () => {
    const { spec } = find(await buildAll(demo, demo.platform.head), 'Deployment', 'faces-gui')
    expect(spec).toEqual({
      selector: { matchLabels: { app: 'faces-gui' } },
      template: {
        metadata: {
          labels: {
            app: 'faces-gui',
            'app.kubernetes.io/part-of': 'faces',
            'platform.example/environment': 'production',
          },
        },
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 10001 },
          containers: [
            {
              name: 'gui',
              image: 'registry.platform.example/faces/gui:1.4.0',
              ports: [{ name: 'http', containerPort: 8000 }],
              envFrom: [{ configMapRef: { name: 'faces-settings-4bf6bgt4gd' } }],
              env: [{ name: 'BACKGROUND', value: 'white' }],
              resources: {
                requests: { cpu: 0.05, memory: '32Mi' },
                limits: { cpu: '1000m', memory: '128Mi' },
              },
            },
          ],
        },
      },
    })
  })

  it('patch the services out of the other repository, as the platform asks', async () => {
    const builds = await buildAll(demo, demo.platform.head)
    const containers = ['face', 'smiley', 'color'].map((name) => {
      const { spec } = find(builds, 'Deployment', name) as unknown as Workload
      const { env, resources } = spec.template.spec.containers[0]!
      return { env, memory: resources.limits.memory }
    })
    const noErrors = { name: 'ERROR_FRACTION', value: '0' }
    expect(containers).toEqual([
      { env: [{ name: 'GREETING', value: 'hello' }, noErrors], memory: '64Mi' },
      { env: [{ name: 'SMILEY', value: 'grinning' }, noErrors], memory: '96Mi' },
      { env: [{ name: 'COLOR', value: 'blue' }, noErrors], memory: '64Mi' },
    ])
  })

  it('patch the values of Linkerd and follow the hash of its trust roots', async () => {
    const { spec } = find(await buildAll(demo, demo.platform.head), 'HelmRelease', 'linkerd-control-plane')
    expect(spec).toMatchObject({
      valuesFrom: [{ kind: 'ConfigMap', name: 'trust-roots-25gmgc45dc' }],
      values: {
        proxy: { resources: { cpu: { request: '20m' }, memory: { limit: '250Mi', request: '20Mi' } } },
      },
    })
  })
})

describe('the breaking commit', () => {
  it('fails the build of the ingress controller alone, and names the file', async () => {
    const commit = await pushBreakingCommit(demo.platform)
    const failed = (await buildAll(demo, commit)).filter(({ failure }) => failure !== undefined)
    expect(failed.map(({ kustomization }) => kustomization)).toEqual(['flux-system/ingress-nginx'])
    expect(failed[0]?.failure).toMatch(/overlays\/my-cluster\/headers\.properties: no such file or directory/)
  })
})
