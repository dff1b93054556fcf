import { decorate } from '@kubectl-gitops/core/desired/decorate.js'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { readPrintedYaml } from '@kubectl-gitops/core/desired/yaml.js'
import { judge, type Judgement, type Judging } from '@kubectl-gitops/core/drift/judge.js'
import type { FieldRecord } from '@kubectl-gitops/core/drift/report.js'
import type { Prediction } from '@kubectl-gitops/core/drift/prediction.js'
import { createSchema } from '@kubectl-gitops/core/drift/schema.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { connect } from '@kubectl-gitops/core/live/cluster.js'
import { discover } from '@kubectl-gitops/core/live/discovery.js'
import { dryRun } from '@kubectl-gitops/core/live/dry-run.js'
import { servedResource } from '@kubectl-gitops/core/live/served-resource.js'
import { groupVersion, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import { isCustom } from '@kubectl-gitops/core/survey/scope.js'
import type { Cluster } from '../../support/cluster.js'
import { eventually } from '../../support/eventually.js'
import { isClusterScoped, objectPath } from '../../support/object-path.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'

/** A namespace on a real API server, with Flux and others who write into it. */
export interface Stage {
  readonly cluster: Cluster
  readonly namespace: string
  /** Server-side apply as kustomize-controller does it, of YAML; answers what Flux sent. */
  flux(yaml: string): Promise<KubernetesObject>
  /** What Flux would send of YAML, which is not applied. */
  desired(yaml: string): KubernetesObject
  /** Applies a CustomResourceDefinition and waits until its kind is served. */
  define(yaml: string): Promise<KubernetesObject>
  /** A plain create under a manager's name. */
  create(object: KubernetesObject, manager: string): Promise<void>
  /** What the server says to a dry run of Flux's apply of this object. */
  rehearse(git: KubernetesObject): Promise<Prediction>
  /** Server-side apply of parts of an object under another name, with force. */
  apply(git: KubernetesObject, manager: string, parts: object): Promise<void>
  /** Reads, sets JSON pointers and PUTs, as a controller does. */
  update(git: KubernetesObject, manager: string, values: Readonly<Record<string, unknown>>): Promise<void>
  /** A merge patch under a manager's name. */
  patch(git: KubernetesObject, manager: string, patch: object): Promise<void>
  /** The same of its status, as a controller does. */
  patchStatus(git: KubernetesObject, manager: string, patch: object): Promise<void>
  /** The real kubectl in the stage's namespace; throws with its own words where it fails. */
  kubectl(...args: readonly string[]): Promise<void>
  live(git: KubernetesObject): Promise<KubernetesObject>
  judge(git: KubernetesObject, judging?: Partial<Judging>): Promise<Judgement>
}

/** Sets the stage in a namespace of its own. */
export async function openStage(): Promise<Stage> {
  const cluster = await sharedControlPlane()
  const namespace = await cluster.createNamespace('drift')
  const send = async (
    method: string,
    path: string,
    body?: object,
    contentType?: string,
  ): Promise<unknown> => {
    const answer = await cluster.request(method, path, body, contentType === undefined ? {} : { contentType })
    if (answer.status < 300) return answer.body
    throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  }
  const live: Stage['live'] = async (git) => (await send('GET', objectPath(git))) as KubernetesObject
  const ssa = (object: KubernetesObject, manager: string): Promise<unknown> =>
    send(
      'PATCH',
      `${objectPath(object)}?fieldManager=${manager}&force=true`,
      object,
      'application/apply-patch+yaml',
    )
  const flux: Stage['flux'] = async (yaml) => {
    const git = fluxObject(yaml, namespace)
    await ssa(git, 'kustomize-controller')
    return git
  }
  return {
    cluster,
    namespace,
    live,
    flux,
    desired: (yaml) => fluxObject(yaml, namespace),
    define: async (yaml) => {
      const definition = await flux(yaml)
      await eventually(async () => (isEstablished(await live(definition)) ? true : undefined), {
        timeoutMs: 30_000,
        complaint: () => `${definition.metadata.name} is not served`,
      })
      return definition
    },
    create: async (object, manager) => {
      await send('POST', `${objectPath(object).replace(/\/[^/]*$/, '')}?fieldManager=${manager}`, object)
    },
    rehearse: async (git) => {
      const connection = await connect({ kubeconfig: cluster.kubeconfig, env: {} })
      try {
        const resource = servedResource(await discover(connection), git.apiVersion, git.kind)
        if (resource instanceof GitOpsError) throw resource
        return await dryRun(connection, resource, git, 'kustomize-controller')
      } finally {
        connection.close()
      }
    },
    apply: async ({ apiVersion, kind, metadata: { name } }, manager, parts) => {
      await ssa({ apiVersion, kind, metadata: { name, namespace }, ...parts }, manager)
    },
    update: async (git, manager, values) => {
      const object = structuredClone(await live(git))
      for (const [pointer, value] of Object.entries(values)) set(object, pointer.split('/').slice(1), value)
      await send('PUT', `${objectPath(git)}?fieldManager=${manager}`, object)
    },
    patch: async (git, manager, patch) => {
      await send('PATCH', `${objectPath(git)}?fieldManager=${manager}`, patch)
    },
    patchStatus: async (git, manager, patch) => {
      await send('PATCH', `${objectPath(git)}/status?fieldManager=${manager}`, patch)
    },
    kubectl: async (...args) => {
      const { code, stderr } = await cluster.kubectl(['-n', namespace, ...args])
      if (code !== 0) throw new Error(stderr)
    },
    judge: async (git, judging = {}) => {
      const [found, type] = await Promise.all([live(git), typeOf(cluster, git)])
      return judge(git, found, { ...calm(git), type, ...judging })
    },
  }
}

const isEstablished = ({ status }: KubernetesObject): boolean =>
  JSON.stringify(status ?? {}).includes('"Established"')

/** What the Kustomization `apps` sends of an object; namespaced kinds land in `namespace`. */
export function fluxObject(yaml: string, namespace: string): KubernetesObject {
  const [object] = readPrintedYaml(yaml, 'the build') as [KubernetesObject]
  const metadata = isClusterScoped(object.kind) ? object.metadata : { namespace, ...object.metadata }
  return decorate({ ...object, metadata }, APPS)
}

const APPS = readKustomization({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'apps', namespace: 'flux-system' },
})

/** A Kustomization that reconciles. */
export const calm = ({ apiVersion }: KubernetesObject): Omit<Judging, 'type'> => ({
  custom: isCustom(apiVersion),
  ignore: [],
  held: undefined,
})

async function typeOf(cluster: Cluster, git: KubernetesObject): Promise<Judging['type']> {
  const { group, version } = groupVersion(git.apiVersion)
  const path = group === '' ? `/openapi/v3/api/${version}` : `/openapi/v3/apis/${group}/${version}`
  // The document of a new CustomResourceDefinition is published a moment after it is established.
  return eventually(
    async () => {
      const { status, body } = await cluster.request('GET', path)
      if (status !== 200) return undefined
      return createSchema(new Map([[git.apiVersion, body]])).typeOf(git.apiVersion, git.kind)
    },
    { timeoutMs: 20_000, complaint: () => `${path} does not describe ${git.kind}` },
  )
}

function set(object: object, [name = '', ...rest]: readonly string[], value: unknown): void {
  const record = object as Record<string, unknown>
  if (rest.length === 0) record[name] = value
  else set((record[name] ??= {}), rest, value)
}

/** A field record in one line a fact, without the time. */
export function told({ field, op, git, live, actor, willRevert }: FieldRecord): object {
  const who =
    actor === undefined
      ? {}
      : { by: [actor.class, actor.manager, actor.subresource].filter((part) => part !== undefined).join(' ') }
  return {
    field,
    op,
    ...(git === undefined ? {} : { git }),
    ...(live === undefined ? {} : { live }),
    ...who,
    willRevert,
  }
}

/** A judgement without what differs from run to run, or is said elsewhere. */
export function outcome({ verdict, reason, fields }: Judgement): object {
  return { verdict, ...(reason === undefined ? {} : { reason }), fields: fields.map(told) }
}
