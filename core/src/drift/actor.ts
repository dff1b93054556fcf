import type { ManagedFieldsEntry } from '../object.js'

/** Who wrote a field, as far as a field manager's name tells; names can be chosen freely by clients. */
export interface Actor {
  readonly class: ActorClass
  readonly manager: string
  readonly operation: string
  readonly subresource?: string
  readonly time?: string
}

export const ACTOR_CLASSES = ['flux', 'person', 'automation', 'autoscaler', 'controller'] as const
export type ActorClass = (typeof ACTOR_CLASSES)[number]

/** The field manager of kustomize-controller's server-side apply (kustomize-controller main.go). */
export const FLUX_MANAGER = 'kustomize-controller'
/** That of helm-controller, for server-side applies, updates and patches alike (helm-controller main.go). */
export const HELM_MANAGER = 'helm-controller'

/** The controller of Flux that puts an object onto the cluster: under this name it writes. */
export type Applier = typeof FLUX_MANAGER | typeof HELM_MANAGER

/** Clients that people drive; their names come from --field-manager or the user agent up to its slash. */
const PERSON_MANAGERS =
  /^(?:kubectl.*|oc|k9s|node-fetch|lens|openlens|freelens|headlamp(?:-server)?|Mozilla|curl|Wget|HTTPie|PostmanRuntime|helm|rancher|argocd-server|octant|dashboard|flux|flux-client-side-apply)$/
/** Programs that change a cluster from outside it, past Git. */
const AUTOMATION_MANAGERS =
  /^(?:terraform.*|Terraform.*|HashiCorp|pulumi.*|ansible.*|python-requests|Python-urllib|OpenAPI-Generator|okhttp|axios|Go-http-client|before-first-apply)$/
const FLUX_MANAGERS =
  /^(?:kustomize-controller|helm-controller|gotk-.*|flux-operator|source-controller|notification-controller)$/
const AUTOSCALER_MANAGERS = /^(?:vpa-.*|keda.*|cluster-autoscaler|horizontal-pod-autoscaler)$/

/** Classifies a field manager. Unlisted names count as controllers: that is what most of them are. */
export function actorOf(entry: ManagedFieldsEntry): Actor {
  const manager = entry.manager ?? ''
  return {
    class: classOf(manager, entry.subresource),
    manager,
    operation: entry.operation ?? '',
    ...(entry.subresource === undefined || entry.subresource === ''
      ? {}
      : { subresource: entry.subresource }),
    ...(entry.time === undefined ? {} : { time: entry.time }),
  }
}

function classOf(manager: string, subresource: string | undefined): ActorClass {
  if (FLUX_MANAGERS.test(manager)) return 'flux'
  if (AUTOSCALER_MANAGERS.test(manager)) return 'autoscaler'
  if (manager === 'kube-controller-manager' && subresource === 'scale') return 'autoscaler'
  if (PERSON_MANAGERS.test(manager)) return 'person'
  return AUTOMATION_MANAGERS.test(manager) ? 'automation' : 'controller'
}

/**
 * Is this entry Flux's own set: what its last server-side apply declared? Helm updates and patches as well, as the
 * release was made.
 */
export function isFluxApply(entry: ManagedFieldsEntry, applier: Applier = FLUX_MANAGER): boolean {
  if (entry.manager !== applier || entry.subresource) return false
  return entry.operation === 'Apply' || applier === HELM_MANAGER
}

/**
 * Will Flux take this entry over at its next reconcile, and so drop what Git does not declare? helm-controller
 * takes over nothing, unless its --override-manager says so.
 * Source: fluxcd/pkg ssa/manager_apply.go cleanupMetadata, kustomize-controller's field manager list;
 * helm-controller internal/action/diff.go.
 */
export function isTakenOver(entry: ManagedFieldsEntry, applier: Applier = FLUX_MANAGER): boolean {
  if (entry.subresource || applier === HELM_MANAGER) return false
  const manager = entry.manager ?? ''
  if (manager.startsWith('kubectl')) return true
  return entry.operation === 'Update' && (manager === 'before-first-apply' || manager === FLUX_MANAGER)
}
