import { displayName, groupVersion, isRecord, keyOf, type KubernetesObject } from '../../object.js'

/** What an object decides of another one. */
export type Role =
  | 'hpa-target'
  | 'keda-target'
  | 'vpa-target'
  | 'canary-target'
  | 'canary-service'
  | 'canary-route'
  | 'canary-autoscaler'

/** An object that decides part of another one: an autoscaler its replicas, a Canary its weights. */
export interface Tie {
  readonly role: Role
  /** The deciding object, as kubectl names it. */
  readonly by: string
  readonly target: TieTarget
}

/** A kind of `undefined` stands for every kind of the group. */
export interface TieTarget {
  readonly group: string
  readonly kind: string | undefined
  readonly namespace: string
  readonly name: string
}

/** Kinds that tie others to themselves, by `group/Kind`. */
const READERS: Readonly<Record<string, (object: KubernetesObject) => readonly Tied[]>> = {
  'autoscaling/HorizontalPodAutoscaler': ({ spec }) => reference('hpa-target', spec, 'scaleTargetRef'),
  'keda.sh/ScaledObject': ({ spec }) => reference('keda-target', spec, 'scaleTargetRef'),
  'autoscaling.k8s.io/VerticalPodAutoscaler': ({ spec }) => reference('vpa-target', spec, 'targetRef'),
  'flagger.app/Canary': canary,
}

/** The kinds that can tie others, as `group/Kind`. */
export const TYING_KINDS = Object.keys(READERS)

/** Routes whose weights Flagger moves, by group. Source: flagger pkg/router/factory.go. */
const ROUTE_GROUPS = [
  'gateway.networking.k8s.io',
  'split.smi-spec.io',
  'networking.istio.io',
  'projectcontour.io',
  'traefik.io',
  'traefik.containo.us',
  'gateway.solo.io',
  'apisix.apache.org',
  'kuma.io',
]

interface Tied {
  readonly role: Role
  readonly group: string
  readonly kind: string | undefined
  readonly name: string
}

/** What objects like HorizontalPodAutoscalers and Canaries decide of others; any other object decides nothing. */
export function readTies(objects: readonly KubernetesObject[]): readonly Tie[] {
  return objects.flatMap((object) => {
    const key = keyOf(object)
    const read = READERS[`${key.group}/${key.kind}`]
    const tied = read === undefined ? [] : read(object)
    return tied.map(({ role, group, kind, name }) => ({
      role,
      by: displayName(key),
      target: { group, kind, name, namespace: key.namespace },
    }))
  })
}

/** The ties of one object. */
export function tiesOf(ties: readonly Tie[], object: KubernetesObject): readonly Tie[] {
  const key = keyOf(object)
  return ties.filter(
    ({ target }) =>
      target.name === key.name &&
      target.namespace === key.namespace &&
      target.group === key.group &&
      (target.kind === undefined || target.kind === key.kind),
  )
}

function reference(role: Role, spec: unknown, field: string): readonly Tied[] {
  const found = isRecord(spec) ? spec[field] : undefined
  if (!isRecord(found) || typeof found.name !== 'string') return []
  const { name, kind, apiVersion } = found
  return [
    {
      role,
      // KEDA and Flagger take what is left out for a Deployment.
      group: groupVersion(typeof apiVersion === 'string' ? apiVersion : 'apps/v1').group,
      kind: typeof kind === 'string' ? kind : 'Deployment',
      name,
    },
  ]
}

/** Source: flagger pkg/apis/flagger/v1beta1/canary.go (GetServiceNames: the apex is spec.service.name or the target). */
function canary({ spec }: KubernetesObject): readonly Tied[] {
  const targets = reference('canary-target', spec, 'targetRef')
  const service = isRecord(spec) && isRecord(spec.service) ? spec.service.name : undefined
  const apex = typeof service === 'string' && service !== '' ? service : targets[0]?.name
  const routes = ROUTE_GROUPS.map((group) => ({ role: 'canary-route' as const, group, kind: undefined }))
  const named = [{ role: 'canary-service' as const, group: '', kind: 'Service' }, ...routes]
  return [
    ...targets,
    ...reference('canary-autoscaler', spec, 'autoscalerRef'),
    ...(apex === undefined ? [] : named.map((one) => ({ ...one, name: apex }))),
  ]
}
