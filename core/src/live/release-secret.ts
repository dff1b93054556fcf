import { GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'
import { statusOf } from './answer.js'
import type { Cluster } from './cluster.js'
import { readObject } from './pages.js'

/** The names of Secrets that Helm keeps releases in. Source: helm pkg/storage/storage.go makeKey. */
const RELEASE = /^sh\.helm\.release\.v1\.[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.v[1-9]\d*$/

/**
 * One Secret of Helm's by its name; no other Secret can be asked for. Undefined where the server says that it is not
 * there.
 * @throws GitOpsError FORBIDDEN with the right that is missing, RELEASE_INVALID for another name, and what `Cluster.get` throws
 */
export async function readReleaseSecret(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
  name: string,
): Promise<KubernetesObject | undefined> {
  if (!RELEASE.test(name)) {
    const why = `${JSON.stringify(name.slice(0, 80))} is not the name of a release's Secret`
    throw new GitOpsError('RELEASE_INVALID', {
      what: 'the status names a release that Helm cannot have',
      why,
    })
  }
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${name}`
    return readObject(await cluster.get(path))
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status?.code === 404 && status.name === name) return undefined
    throw thrown instanceof GitOpsError && thrown.code === 'FORBIDDEN' ? refused(thrown, namespace) : thrown
  }
}

const refused = ({ message, why, cause }: GitOpsError, namespace: string): GitOpsError =>
  new GitOpsError('FORBIDDEN', {
    what: message,
    why,
    tryThis: `grant get on secrets in namespace ${namespace}: Helm keeps there what it installed`,
    cause,
  })
