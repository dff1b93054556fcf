import { describe, expect, it } from '@jest/globals'
import { hookKeys, releaseObjects } from '@kubectl-gitops/core/desired/helm-manifest.js'
import type { StoredRelease } from '@kubectl-gitops/core/desired/helm-storage.js'
import { asGitOpsError } from '@kubectl-gitops/core/errors.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

const release = (manifest: string, hooks: readonly string[] = []): StoredRelease => ({
  name: 'web',
  namespace: 'shop',
  version: 3,
  status: 'deployed',
  manifest,
  hooks,
  crdFiles: 0,
  config: {},
})

const hasNamespaces = ({ kind }: KubernetesObject) => kind !== 'ClusterRole'

const objects = (manifest: string) => releaseObjects(release(manifest), hasNamespaces)

const META = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
}

describe('the objects of a release', () => {
  it('stand in its namespace unless they name one, and in none where their kind has none', () => {
    const manifest = `# Source: web/templates/all.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: elsewhere}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
`
    expect(objects(manifest).map(({ metadata }) => metadata)).toEqual([
      { name: 'web', namespace: 'shop', ...META },
      { name: 'other', namespace: 'elsewhere', ...META },
      { name: 'reader', ...META },
    ])
  })

  it('carry the label and annotations of Helm over what the chart says, as helm-controller compares them', () => {
    const manifest = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  labels: {app.kubernetes.io/managed-by: somebody, helm.toolkit.fluxcd.io/name: web}
  annotations: {note: kept}
`
    expect(objects(manifest)[0]?.metadata).toEqual({
      name: 'web',
      namespace: 'shop',
      labels: { 'app.kubernetes.io/managed-by': 'Helm', 'helm.toolkit.fluxcd.io/name': 'web' },
      annotations: { note: 'kept', ...META.annotations },
    })
  })

  it('have no status, and the data that stringData means', () => {
    const manifest = `apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {token: abc}
data: {other: eA==}
status: {made: up}
`
    expect(objects(manifest)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'web', namespace: 'shop', ...META },
        data: { other: 'eA==', token: 'YWJj' },
      },
    ])
  })

  it('are read as Go reads YAML: yes is a boolean, 0644 is octal', () => {
    const manifest =
      'apiVersion: v1\nkind: Odd\nmetadata: {name: web}\nspec: {flag: yes, mode: 0644, time: 1:30}\n'
    expect(objects(manifest)[0]?.spec).toEqual({ flag: true, mode: 420, time: '1:30' })
  })

  it('are taken out of lists, and empty documents are none', () => {
    const manifest = `---
# nothing but a comment
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Service, metadata: {name: a}}
  - {apiVersion: v1, kind: Service, metadata: {name: b}}
`
    expect(objects(manifest).map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    expect(objects('')).toEqual([])
  })

  it.each([
    ['that is no YAML', 'data: {password: swordfish\n', 'YAML_INVALID'],
    ['that is a text', 'swordfish\n', 'BUILD_FAILED'],
    ['of a thousand aliases', bomb(), 'YAML_INVALID'],
  ])('cannot be read of a manifest %s, and the error names the release alone', (_, manifest, code) => {
    let error
    try {
      objects(manifest)
    } catch (thrown) {
      error = asGitOpsError(thrown)
    }
    expect(error?.code).toBe(code)
    expect(error?.message).toBe('the manifest of release shop/web.v3 cannot be read')
    expect(JSON.stringify([error?.why, error?.tryThis, error?.cause])).not.toContain('swordfish')
  })
})

describe('the hooks of a release', () => {
  it('are known by their keys', () => {
    const hook = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\n'
    expect(hookKeys(release('', [hook]), hasNamespaces)).toEqual([
      { group: 'batch', kind: 'Job', namespace: 'shop', name: 'migrate' },
    ])
  })
})

/** Ten lines that stand for ten to the ninth values. */
function bomb(): string {
  const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`)
  return ['apiVersion: v1', 'kind: Odd', 'metadata: {name: x}', 'a0: &a0 [x]', ...lines, ''].join('\n')
}
