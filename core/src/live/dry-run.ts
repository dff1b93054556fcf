import type { Prediction } from '../drift/prediction.js'
import { asGitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { printable, statusOf, type FieldCause } from './answer.js'
import type { Cluster } from './cluster.js'
import { resourcePath, type ApiResource } from './discovery.js'
import { readObject } from './pages.js'

const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

/**
 * May this user patch a kind in a namespace? A dry run needs the same right as the write.
 * @param namespace empty for a kind without namespaces
 * @throws GitOpsError as `Cluster.review` does
 */
export async function mayPatch(
  cluster: Pick<Cluster, 'review'>,
  { group, version, plural: resource }: ApiResource,
  namespace: string,
): Promise<boolean> {
  const place = namespace === '' ? {} : { namespace }
  const answer = await cluster.review(ACCESS_REVIEWS, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb: 'patch', group, version, resource, ...place } },
  })
  const status = isRecord(answer) ? answer.status : undefined
  return isRecord(status) && status.allowed === true
}

/**
 * Lets the server rehearse the apply of one object under a field manager, and store nothing. Never throws: what
 * the server refuses is an answer too. It is asked as this user, not as Flux: what it denies says nothing of Flux.
 * Source: Kubernetes API concepts, "dry-run"; apiserver admission/plugin/webhook/errors (dry-run support).
 */
export async function dryRun(
  cluster: Pick<Cluster, 'dryRunApply'>,
  resource: ApiResource,
  object: KubernetesObject,
  fieldManager: string,
): Promise<Prediction> {
  const { namespace, name } = object.metadata
  try {
    const path = resourcePath(resource, namespace, name)
    return { kind: 'object', object: readObject(await cluster.dryRunApply(path, object, fieldManager)) }
  } catch (thrown) {
    return refusal(thrown)
  }
}

function refusal(thrown: unknown): Prediction {
  const error = asGitOpsError(thrown)
  const { code, reason, causes = [] } = statusOf(error) ?? { code: 0, reason: error.code }
  const words = error.why ?? ''
  const webhook = WEBHOOK.exec(words)?.groups?.name
  if (webhook === undefined) return code === 422 ? invalid(causes) : denied(code === 403, reason)
  const name = printable(webhook, 200)
  if (!words.includes('does not support dry run')) return denied(true, `admission webhook ${name}`)
  const message = `the admission webhook ${name} does not support dry runs`
  return { kind: 'undecided', reason: 'webhook-no-dry-run', message }
}

/** The server's words may hold values of the object, and are left out. */
const denied = (isDenial: boolean, by: string): Prediction => ({
  kind: 'undecided',
  reason: isDenial ? 'dry-run-denied' : 'dry-run-failed',
  message: `the server refused the dry run, which is made as you and not as Flux: ${by}`,
})

const WEBHOOK = /admission webhook "(?<name>[^"]+)"/

/**
 * Words of validation by which a field cannot be changed any more. They hold whole values, secrets too, so that
 * only the names of fields go on. Source: apimachinery api/validation (FieldImmutableErrorMsg), kubernetes pkg/apis.
 */
const IMMUTABLE =
  /immutable|updates to .*forbidden|cannot (?:be )?changed?\b|may not (?:be )?changed?\b|can not be changed/i

function invalid(causes: readonly FieldCause[]): Prediction {
  const fixed = causes.filter(({ words }) => IMMUTABLE.test(words))
  const fields = (fixed.length > 0 ? fixed : causes).map(({ field }) => printable(field, 300))
  return { kind: fixed.length > 0 ? 'immutable' : 'invalid', fields: [...new Set(fields)] }
}
