import { join } from 'node:path'
import type { Verdict } from '@kubectl-gitops/core/drift/report.js'
import type { Cluster } from './cluster.js'
import { eventually } from './eventually.js'
import { fluxByHand, type Applied } from './flux-by-hand.js'
import { TestRepository } from './git-repository.js'
import type { GitServer } from './git-server.js'

const configMap = (name: string, data = 'a: "1"'): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default}
data: {${data}}
`

const HELM_RELEASE = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: podinfo, namespace: default}
spec: {interval: 1h, chart: {spec: {chart: podinfo, sourceRef: {kind: HelmRepository, name: podinfo}}}}
`

const FILES = {
  'good/map.yaml': configMap('good'),
  'empty/readme.txt': 'nothing here',
  'bad-yaml/map.yaml': 'apiVersion: v1\nkind: Secret\nstringData: {token: swordfish\n',
  'bad-kustomization/kustomization.yaml': 'resources: [map.yaml\n',
  'bad-kustomization/map.yaml': configMap('unreached'),
  'bad-field/kustomization.yaml': 'resources: [gone.yaml]\n',
  'circle/kustomization.yaml': 'resources: [../round]\n',
  'round/kustomization.yaml': 'resources: [../circle]\n',
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_, floor) => ['a', 'b'].map((side) => [floor, side] as const))
      .flat()
      .map(([floor, side]) => [
        `tower/${floor}/${side}/kustomization.yaml`,
        `nameSuffix: -${side}\nresources: [../../${floor + 1}/a, ../../${floor + 1}/b]\n`,
      ]),
  ),
  'tower/kustomization.yaml': 'resources: [0/a, 0/b]\n',
  'remote/kustomization.yaml': 'resources: ["https://example.com/base//app?ref=main"]\n',
  'link/kustomization.yaml': { link: '../good-base/kustomization.yaml' },
  'good-base/kustomization.yaml': 'resources: [map.yaml]\n',
  'good-base/map.yaml': configMap('linked'),
  'older/map.yaml': configMap('older'),
  'helm/release.yaml': HELM_RELEASE,
  'twin/map.yaml': configMap('twin'),
  'secret/secret.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata: {name: secret, namespace: default}\nstringData: {token: swordfish}\n',
}

/** Specs that no API server with Flux's own definitions takes. */
const MALFORMED = {
  'odd-path': { path: 5 },
  'odd-patches': { path: './good', patches: {} },
  'odd-images': { path: './good', images: 'x' },
  'odd-source': { sourceRef: null },
  'odd-post-build': { path: './good', postBuild: [] },
  'deep-path': { path: deep(300) },
}

function deep(levels: number): object {
  return levels === 0 ? {} : { deeper: deep(levels - 1) }
}

/** Makes the server take any spec of a Kustomization, as one with the definitions of another Flux might. */
async function acceptAnything(cluster: Cluster): Promise<void> {
  const path =
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kustomizations.kustomize.toolkit.fluxcd.io'
  const at = '/spec/versions/0/schema/openAPIV3Schema/properties/spec'
  const value = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const { status, body } = await cluster.request('PATCH', path, [{ op: 'replace', path: at, value }], {
    contentType: 'application/json-patch+json',
  })
  if (status !== 200) throw new Error(`the definition is not patched: ${JSON.stringify(body)}`)
  const probe = {
    apiVersion: KUSTOMIZE_V1,
    kind: 'Kustomization',
    metadata: { name: 'probe' },
    spec: { path: 5 },
  }
  await eventually(
    async () => {
      const target = `/apis/${KUSTOMIZE_V1}/namespaces/default/kustomizations?dryRun=All`
      const answer = await cluster.request('POST', target, probe)
      return answer.status === 201 ? true : undefined
    },
    { timeoutMs: 30_000, complaint: () => 'the server goes on to refuse malformed specs' },
  )
}

const KUSTOMIZE_V1 = 'kustomize.toolkit.fluxcd.io/v1'

const OCI_DIGEST = `sha256:${'a'.repeat(64)}`

/**
 * Lays out a fleet where nearly everything is wrong: one Kustomization for each way, a few that are fine. Answers
 * the address of its repository; `WHERE/checkout` is a clone that lacks the newest commit.
 */
export async function layOutBrokenFleet(cluster: Cluster, server: GitServer, where: string): Promise<string> {
  const at = (name: string): string => join(where, name)
  const work = await TestRepository.create(at('work'))
  const older = await work.commit({ files: FILES })
  await work.git('clone', '--quiet', at('work'), at('checkout'))
  const commit = await work.commit({ files: { 'good/note.txt': 'newer than the checkout' } })
  await work.cloneBare(join(at('served'), 'fleet.git'))
  const url = server.urlOf('fleet.git')
  const revision = `main@sha1:${commit}`
  const flux = await fluxByHand(cluster)
  await flux.source('GitRepository', 'fleet', url, revision)
  await flux.source('GitRepository', 'nowhere', 'http://127.0.0.1:1/fleet.git', revision)
  await flux.source('OCIRepository', 'oci', 'oci://registry.example.com/fleet', `latest@${OCI_DIGEST}`)
  const add = (name: string, spec: object = {}, applied: Applied = {}): Promise<void> =>
    flux.kustomization(
      name,
      { sourceRef: { kind: 'GitRepository', name: 'fleet' }, path: `./${name}`, ...spec },
      { revision, ...applied },
    )
  const failing = { status: 'False', reason: 'BuildFailed', message: 'kustomize build failed' }
  for (const name of ['good', 'empty', 'remote', 'link', 'helm', 'secret']) await add(name)
  for (const name of ['bad-yaml', 'bad-kustomization', 'absent-path', 'circle', 'tower']) await add(name)
  await add('failing', { path: './bad-field' }, { ready: failing })
  await add('failing-yaml', { path: './bad-yaml' }, { ready: failing })
  await add('twin-a', { path: './twin' })
  await add('twin-b', { path: './twin' })
  await add('encrypted', { decryption: { provider: 'sops' } })
  await add('edge', { kubeConfig: { secretRef: { name: 'edge' } } })
  await add('sourceless', { sourceRef: { kind: 'GitRepository', name: 'deleted' } })
  await add('from-oci', { sourceRef: { kind: 'OCIRepository', name: 'oci' } })
  await add(
    'unreachable',
    { sourceRef: { kind: 'GitRepository', name: 'nowhere' } },
    { inventory: ['default_lost__ConfigMap'] },
  )
  await add('rewritten', {}, { revision: `main@sha1:${'d'.repeat(40)}` })
  await add('older', {}, { revision: `main@sha1:${older}` })
  await acceptAnything(cluster)
  for (const [name, spec] of Object.entries(MALFORMED)) await add(name, spec)
  await add('newer', { path: './empty', renderer: { engine: 'cue' } })
  for (const name of ['good', 'older']) await flux.apply(name, configMap(name))
  await flux.apply('helm', HELM_RELEASE)
  await flux.apply('secret', FILES['secret/secret.yaml'])
  await flux.apply('twin-b', configMap('twin'))
  return url
}

/** What is to be said of each broken Kustomization: verdict, reason, message. */
export const BROKEN: readonly (readonly [string, Verdict, string, RegExp])[] = [
  [
    'failing',
    'failed',
    'build-failed',
    /^kustomize build failed: .*'gone\.yaml': open bad-field\/gone\.yaml: no such file or directory/,
  ],
  [
    'failing-yaml',
    'failed',
    'build-failed',
    /^kustomize build failed: failed to decode Kubernetes YAML from bad-yaml\/map\.yaml: MalformedYAMLError: yaml: line \d+: did not find expected ',' or '}'$/,
  ],
  [
    'bad-yaml',
    'unknown',
    'build-failed',
    /failed to decode Kubernetes YAML from bad-yaml\/map\.yaml: MalformedYAMLError: /,
  ],
  [
    'bad-kustomization',
    'unknown',
    'build-failed',
    /^bad-kustomization\/kustomization\.yaml cannot be read: error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'$/,
  ],
  [
    'circle',
    'unknown',
    'build-failed',
    /^kustomize build failed: .*cycle detected: candidate root 'circle' contains visited root 'circle'/,
  ],
  [
    'tower',
    'unknown',
    'limit-exceeded',
    /^tower\S* is larger than a build may be: kustomize would load more than 20000 files$/,
  ],
  [
    'absent-path',
    'unknown',
    'path-not-found',
    /^kustomization path not found: stat absent-path: no such file or directory: /,
  ],
  [
    'remote',
    'unknown',
    'remote-base-refused',
    /^remote loads https:\/\/example\.com\/base\/\/app from the network/,
  ],
  ['encrypted', 'unknown', 'path-not-found', /^kustomization path not found: stat encrypted: /],
  ['edge', 'excluded', 'remote-cluster', /^its objects live on another cluster \(spec\.kubeConfig\)$/],
  ['from-oci', 'unknown', 'source-unsupported', /^OCIRepository\/flux-system\/oci cannot be read from Git: /],
  ['sourceless', 'unknown', 'not-found', /^GitRepository\/flux-system\/deleted is not on the cluster: /],
  [
    'unreachable',
    'unknown',
    'repository-unreachable',
    /^the repository http:\/\/127\.0\.0\.1:1\/fleet\.git cannot be read: fatal: unable to access /,
  ],
  [
    'odd-path',
    'unknown',
    'spec-invalid',
    /: spec\.path: Invalid value: "integer": spec\.path in body must be /,
  ],
  ['odd-patches', 'unknown', 'spec-invalid', /: spec\.patches: Invalid value: "object": /],
  ['odd-images', 'unknown', 'spec-invalid', /: spec\.images: Invalid value: "string": /],
  ['odd-source', 'unknown', 'spec-invalid', /malformed: spec\.sourceRef: Required value$/],
  ['odd-post-build', 'unknown', 'spec-invalid', /: spec\.postBuild: Invalid value: "array": /],
  ['deep-path', 'unknown', 'spec-invalid', /: spec\.path: Invalid value: "object": /],
  ['rewritten', 'unknown', 'revision-not-found', /^main@sha1:d{40} is not in http:.*not our ref d{40}$/s],
]

/** What there is to try, by Kustomization. */
export const TRIES: Readonly<Record<string, string>> = {
  'bad-kustomization': 'correct bad-kustomization/kustomization.yaml and commit',
  'from-oci': 'flux push artifact --source=URL --revision=BRANCH@sha1:COMMIT',
  remote: 'copy the remote base into the repository',
  rewritten: 'check the revision; if history was rewritten, name a clone that still has it with --repo PATH',
  sourceless: 'kubectl get gitrepository -n flux-system deleted',
  unreachable: 'git ls-remote http://127.0.0.1:1/fleet.git, or name a clone of it with --repo PATH',
  'deep-path': 'kubectl explain kustomization.spec.path',
  'odd-images': 'kubectl explain kustomization.spec.images',
  'odd-patches': 'kubectl explain kustomization.spec.patches',
  'odd-path': 'kubectl explain kustomization.spec.path',
  'odd-post-build': 'kubectl explain kustomization.spec.postBuild',
  'odd-source': 'kubectl explain kustomization.spec.sourceRef',
}
