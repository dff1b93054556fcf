/** What a field of a spec holds, as the CustomResourceDefinition declares it. */
export type SpecField =
  | { readonly type: 'any' }
  | {
      readonly type: 'string'
      readonly oneOf?: readonly string[]
      readonly notEmpty?: true
      readonly pattern?: string
    }
  | { readonly type: 'boolean' }
  | { readonly type: 'array'; readonly items: SpecField }
  /** Free names, values of one kind. */
  | { readonly type: 'object'; readonly values: SpecField }
  | { readonly type: 'object'; readonly fields: SpecFields; readonly required: readonly string[] }

export type SpecFields = Readonly<Record<string, SpecField>>

const ANY: SpecField = { type: 'any' }
const TEXT: SpecField = { type: 'string' }
const FILLED: SpecField = { type: 'string', notEmpty: true }
const FLAG: SpecField = { type: 'boolean' }
const TEXTS: SpecField = { type: 'array', items: TEXT }
const TEXT_MAP: SpecField = { type: 'object', values: TEXT }
const DURATION: SpecField = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' }

const oneOf = (...values: readonly string[]): SpecField => ({ type: 'string', oneOf: values })
const listOf = (items: SpecField): SpecField => ({ type: 'array', items })
const object = (fields: SpecFields, ...required: readonly string[]): SpecField => ({
  type: 'object',
  fields,
  required,
})

const NAMED = object({ name: TEXT }, 'name')
const SELECTOR = object({
  annotationSelector: TEXT,
  group: TEXT,
  kind: TEXT,
  labelSelector: TEXT,
  name: TEXT,
  namespace: TEXT,
  version: TEXT,
})
const REFERENCE = { apiVersion: TEXT, kind: TEXT, name: TEXT, namespace: TEXT }

/** Source: kustomize-controller v1.9, config/crd/bases, version v1. */
const KUSTOMIZATION_V1: SpecFields = {
  buildMetadata: listOf(oneOf('originAnnotations', 'transformerAnnotations')),
  commonMetadata: object({ annotations: TEXT_MAP, labels: TEXT_MAP }),
  components: TEXTS,
  decryption: object({ provider: oneOf('sops'), secretRef: NAMED, serviceAccountName: TEXT }, 'provider'),
  deletionPolicy: oneOf('MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'),
  dependsOn: listOf(object({ name: TEXT, namespace: TEXT, readyExpr: TEXT }, 'name')),
  force: FLAG,
  healthCheckExprs: listOf(
    object(
      { apiVersion: TEXT, current: TEXT, failed: TEXT, inProgress: TEXT, kind: TEXT },
      'apiVersion',
      'current',
      'kind',
    ),
  ),
  healthChecks: listOf(object(REFERENCE, 'kind', 'name')),
  ignore: listOf(object({ paths: TEXTS, target: SELECTOR }, 'paths')),
  ignoreMissingComponents: FLAG,
  images: listOf(object({ digest: TEXT, name: TEXT, newName: TEXT, newTag: TEXT }, 'name')),
  interval: DURATION,
  kubeConfig: object({ configMapRef: NAMED, secretRef: object({ key: TEXT, name: TEXT }, 'name') }),
  namePrefix: FILLED,
  nameSuffix: FILLED,
  patches: listOf(object({ patch: TEXT, target: SELECTOR }, 'patch')),
  path: TEXT,
  postBuild: object({
    substitute: TEXT_MAP,
    substituteFrom: listOf(
      object({ kind: oneOf('Secret', 'ConfigMap'), name: FILLED, optional: FLAG }, 'kind', 'name'),
    ),
    substituteStrategy: oneOf('WithVariables', 'Always'),
  }),
  prune: FLAG,
  retryInterval: DURATION,
  serviceAccountName: TEXT,
  sourceRef: object(
    { ...REFERENCE, kind: oneOf('OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact') },
    'kind',
    'name',
  ),
  suspend: FLAG,
  targetNamespace: FILLED,
  timeout: DURATION,
  wait: FLAG,
}

/** The versions before v1 had these as well. Source: kustomize-controller v1.7, api/v1beta2. */
const KUSTOMIZATION_BETA: SpecFields = {
  ...KUSTOMIZATION_V1,
  patchesJson6902: listOf(object({ patch: listOf(ANY), target: SELECTOR }, 'patch', 'target')),
  patchesStrategicMerge: listOf(ANY),
  validation: oneOf('none', 'client', 'server'),
}

const anyOf = (names: string): SpecFields => Object.fromEntries(names.split(' ').map((name) => [name, ANY]))

/** Source: source-controller v1.9, config/crd/bases; its older versions had the last fields of each as well. */
const SOURCES: Readonly<Record<string, SpecFields>> = {
  GitRepository: {
    ...anyOf(
      'ignore include interval provider proxySecretRef recurseSubmodules secretRef serviceAccountName',
    ),
    ...anyOf('sparseCheckout suspend timeout url verify accessFrom gitImplementation'),
    ref: object({ branch: TEXT, commit: TEXT, name: TEXT, semver: TEXT, tag: TEXT }),
  },
  OCIRepository: {
    ...anyOf('certSecretRef ignore insecure interval layerSelector provider proxySecretRef secretRef'),
    ...anyOf('serviceAccountName suspend timeout url verify'),
    ref: object({ digest: TEXT, semver: TEXT, semverFilter: TEXT, tag: TEXT }),
  },
  Bucket: {
    ...anyOf(
      'bucketName certSecretRef endpoint ignore insecure interval prefix provider proxySecretRef region',
    ),
    ...anyOf('secretRef serviceAccountName sts suspend timeout accessFrom'),
  },
  ExternalArtifact: { sourceRef: object(REFERENCE) },
}

/** The fields that a spec may have; undefined for kinds that are neither a Kustomization nor its source. */
export function specFields(kind: string, apiVersion: string): SpecFields | undefined {
  if (kind !== 'Kustomization') return Object.hasOwn(SOURCES, kind) ? SOURCES[kind] : undefined
  return /\/v1(?:alpha|beta)\d+$/.test(apiVersion) ? KUSTOMIZATION_BETA : KUSTOMIZATION_V1
}
