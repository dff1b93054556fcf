import { join } from 'node:path'
import type { Verdict } from '@kubectl-gitops/core/drift/report.js'
import type { Cluster } from './cluster.js'
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
  for (const name of ['bad-yaml', 'bad-kustomization', 'absent-path']) await add(name)
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
    'yaml-invalid',
    /^bad-kustomization\/kustomization\.yaml is not valid YAML: unexpected end .* \(line 2, column 1\)$/,
  ],
  ['absent-path', 'unknown', 'path-not-found', /^kustomization path not found: absent-path: /],
  [
    'remote',
    'unknown',
    'remote-base-refused',
    /^remote loads https:\/\/example\.com\/base\/\/app from the network/,
  ],
  ['encrypted', 'unknown', 'spec-unsupported', /^spec\.decryption cannot be followed yet: /],
  ['edge', 'excluded', 'remote-cluster', /^its objects live on another cluster \(spec\.kubeConfig\)$/],
  ['from-oci', 'unknown', 'source-unsupported', /^OCIRepository\/flux-system\/oci cannot be read from Git: /],
  ['sourceless', 'unknown', 'not-found', /^GitRepository\/flux-system\/deleted is not on the cluster: /],
  [
    'unreachable',
    'unknown',
    'repository-unreachable',
    /^the repository http:\/\/127\.0\.0\.1:1\/fleet\.git cannot be read: fatal: unable to access /,
  ],
  ['rewritten', 'unknown', 'revision-not-found', /^main@sha1:d{40} is not in http:.*not our ref d{40}$/s],
]
