/** A way in which an object comes to differ from Git, or seems to: one that differs show wrongly, or hide. */
export interface DriftClass {
  /** `1` to `65`: seen as drift by other tools though nobody drifted; `FN1` to `FN6`: hidden by them. */
  readonly id: string
  readonly what: string
  /** Why it has no fixture. */
  readonly absent?: string
}

const FALSE_ALARMS = [
  'quantities in another form: 1000m and 1',
  'quantities in custom resources, rewritten by their controllers',
  'Go durations: 2160h and 2160h0m0s',
  'defaults of a custom resource definition',
  'defaults of a built-in kind',
  'volumeClaimTemplates of a StatefulSet, filled up by the server',
  'a container port without its protocol',
  'a Service port without its protocol',
  'two variables of one name',
  'one port number twice',
  'an empty list that the server leaves out',
  'an empty object that the server leaves out',
  'null in Git',
  'a Secret value that is null or empty',
  'creationTimestamp: null',
  'a committed status',
  'preserveUnknownFields: false of a custom resource definition',
  'a placeholder for the CA bundle of a conversion webhook',
  'the CA bundle of a webhook configuration, injected',
  'webhook rules that a controller expands',
  'the rules of an aggregated ClusterRole',
  'replicas pinned in Git, under an autoscaler',
  'metrics of a HorizontalPodAutoscaler in another order',
  'metrics of a HorizontalPodAutoscaler twice in a dry run',
  'stringData of a Secret',
  'values that SOPS encrypted',
  'a Role with null or an empty list in it',
  'an apiVersion that is not the preferred one, or is gone',
  "Flux's own entry in an older apiVersion",
  'managedFields, their times and resourceVersion',
  'generation',
  'the annotations last-applied-configuration and change-cause',
  'a webhook that annotates writes and not dry runs',
  'a webhook that rewrites what Git says',
  'a sidecar that a webhook injects',
  'a webhook that does not support dry runs',
  'a field that cannot be changed',
  'a namespace that is not there yet',
  'a custom resource definition that is not there yet',
  'a variable with an empty value',
  'secrets and pull secrets added to a ServiceAccount',
  'addresses and ports that the server allocates',
  'what binding adds to a PersistentVolumeClaim',
  'labels and annotations that a platform puts on Namespaces',
  'the revision that a Deployment controller writes',
  'values that Helm makes up at each render',
  'a misspelt field',
  'a field whose feature is switched off',
  'a generated name whose hash changed',
  'labels that are added at apply',
  'a copy that carries the owner labels',
  'keyed lists in another order',
  'defaults inside a list that is replaced as a whole',
  'topologySpreadConstraints, which have two keys',
  'YAML 1.1: octal modes, yes and on',
  'base64 with line ends',
  'a number and the same as text',
  'annotations: {}',
  'objects that are opted out',
  'Git is ahead of what was applied',
  'an object that is being deleted',
  'a namespace too many, or one too few',
  'kind List, and one object twice',
  'generateName',
  'hooks of Helm',
] as const

const HIDDEN = [
  'a field added with kubectl',
  'a field taken out of Git after a change from client-side to server-side apply',
  'free-form parts of custom resources',
  'an ignore rule that hides what people do',
  'a label or annotation taken off by hand',
  'an object that may not be read',
] as const

/** Why a class cannot be brought about here. */
const ABSENT: Readonly<Record<string, string>> = {
  '24': 'only servers before 1.27 do it, and Flux supports none of them',
  '46': 'nothing is rendered again here: a release is compared with what Helm stored',
}

const numbered = (names: readonly string[], prefix: string): readonly DriftClass[] =>
  names.map((what, index) => {
    const id = `${prefix}${String(index + 1)}`
    const absent = ABSENT[id]
    return { id, what, ...(absent === undefined ? {} : { absent }) }
  })

/** All classes, in the order of their numbers. */
export const CLASSES: readonly DriftClass[] = [...numbered(FALSE_ALARMS, ''), ...numbered(HIDDEN, 'FN')]
