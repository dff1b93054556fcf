import { asGitOpsError, GitOpsError } from '../errors.js'
import { keyOf, type KubernetesObject, type ObjectKey } from '../object.js'
import { normalize } from './decorate.js'
import type { StoredRelease } from './helm-storage.js'
import { readObjects } from './manifest.js'

/**
 * The objects of a release as helm-controller compares them: normalised, with the label and annotations that Helm
 * puts on what it installs, and, where they name none, in the namespace of the release.
 * Source: helm-controller internal/action/diff.go Diff, setHelmMetadata.
 * @param hasNamespaces is an object's kind one that lives in namespaces?
 * @throws GitOpsError YAML_INVALID, BUILD_FAILED, LIMIT_EXCEEDED: the manifest cannot be read
 */
export function releaseObjects(
  release: StoredRelease,
  hasNamespaces: (object: KubernetesObject) => boolean,
): readonly KubernetesObject[] {
  const objects = readManifest(release.manifest, release)
  return objects.map((object) => inRelease(normalize(object), release, hasNamespaces(object)))
}

/** The objects of hooks: Helm makes them when their event comes, and compares them with nothing afterwards. */
export function hookKeys(
  release: StoredRelease,
  hasNamespaces: (object: KubernetesObject) => boolean,
): readonly ObjectKey[] {
  return release.hooks
    .flatMap((hook) => readManifest(hook, release))
    .map((object) => keyOf(inRelease(object, release, hasNamespaces(object))))
}

function inRelease(
  object: KubernetesObject,
  release: Pick<StoredRelease, 'name' | 'namespace'>,
  namespaced: boolean,
): KubernetesObject {
  const { metadata } = object
  const namespace = metadata.namespace ?? ''
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespaced && namespace === '' ? { namespace: release.namespace } : {}),
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...metadata.annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
      },
    },
  }
}

/** The error names the release, not a file that somebody could correct. */
function readManifest(
  text: string,
  { namespace, name, version }: StoredRelease,
): readonly KubernetesObject[] {
  try {
    return readObjects(text)
  } catch (thrown) {
    const { code, message, why = message } = asGitOpsError(thrown)
    const what = `the manifest of release ${namespace}/${name}.v${version} cannot be read`
    throw new GitOpsError(code, { what, why })
  }
}
