import { gzipSync } from 'node:zlib'
import type { Snapshot } from '@kubectl-gitops/core/desired/helm-release.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

/** What Flux has recorded of the release below. */
export const SNAPSHOT: Snapshot = {
  name: 'web',
  namespace: 'shop',
  version: 3,
  status: 'deployed',
  chartName: 'web',
  chartVersion: '1.2.3',
  appVersion: undefined,
  configDigest: 'sha256:1234',
  lastDeployed: '2026-03-01T12:00:00Z',
}

const MANIFEST = `---
# Source: web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {greeting: hello}
`

/** A release as Helm writes it. */
export const STORED = {
  name: 'web',
  namespace: 'shop',
  version: 3,
  info: { status: 'deployed' },
  manifest: MANIFEST,
  config: { replicas: 2 },
}

/** A release in its Secret, packed as Helm packs it: base64, gzip, JSON, and the base64 of every Secret. */
export function helmSecret(release: object, name = 'web', version = 3): KubernetesObject {
  const packed = gzipSync(JSON.stringify(release)).toString('base64')
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `sh.helm.release.v1.${name}.v${version}`,
      namespace: 'flux-system',
      labels: { owner: 'helm', name, status: 'deployed', version: String(version) },
    },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from(packed).toString('base64') },
  }
}

/** A HelmRelease `flux-system/web` that installed release 3. */
export function helmReleaseObject(spec: object = {}, status: object = {}): KubernetesObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'web', namespace: 'flux-system', generation: 4 },
    spec: { interval: '10m', targetNamespace: 'shop', releaseName: 'web', values: { replicas: 2 }, ...spec },
    status: {
      observedGeneration: 4,
      conditions: [
        { type: 'Ready', status: 'True', reason: 'UpgradeSucceeded', message: 'Helm upgrade succeeded' },
      ],
      storageNamespace: 'flux-system',
      lastAttemptedConfigDigest: 'sha256:1234',
      history: [SNAPSHOT],
      ...status,
    },
  }
}
