import { describe, expect, it } from '@jest/globals'
import { asGitOpsError, GitOpsError } from '@kubectl-gitops/core/errors.js'
import { readReleaseSecret } from '@kubectl-gitops/core/live/release-secret.js'

const NAME = 'sh.helm.release.v1.web.v3'

/** A cluster that answers one path, and is asked for nothing else. */
function clusterWith(answer: () => unknown) {
  const asked: string[] = []
  const get = (path: string): Promise<unknown> => {
    asked.push(path)
    return Promise.resolve().then(answer)
  }
  return { asked, get }
}

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: NAME, namespace: 'flux-system' } }

const refusal = (code: 'FORBIDDEN' | 'NOT_FOUND', name: string) => () => {
  const cause = { code: code === 'FORBIDDEN' ? 403 : 404, reason: 'Refused', name }
  throw new GitOpsError(code, { what: 'Error from server', why: 'its words', cause })
}

describe('the Secret of a release', () => {
  it('is asked for by its name', async () => {
    const cluster = clusterWith(() => secret)
    expect(await readReleaseSecret(cluster, 'flux-system', NAME)).toEqual(secret)
    expect(cluster.asked).toEqual([`/api/v1/namespaces/flux-system/secrets/${NAME}`])
  })

  it('is undefined where the server says that it is not there', async () => {
    expect(await readReleaseSecret(clusterWith(refusal('NOT_FOUND', NAME)), 'a', NAME)).toBeUndefined()
    await expect(readReleaseSecret(clusterWith(refusal('NOT_FOUND', '')), 'a', NAME)).rejects.toThrow()
  })

  it('that may not be read comes with the right that is missing', async () => {
    const failed = readReleaseSecret(clusterWith(refusal('FORBIDDEN', NAME)), 'flux-system', NAME)
    expect(asGitOpsError(await failed.catch((thrown: unknown) => thrown))).toMatchObject({
      code: 'FORBIDDEN',
      why: 'its words',
      tryThis: 'grant get on secrets in namespace flux-system: Helm keeps there what it installed',
    })
  })

  it.each([
    'db-password',
    'sh.helm.release.v1.web',
    'sh.helm.release.v1.web.v0',
    `${NAME}/../db`,
    'sh.helm.release.v1..v1',
  ])('is all that can be asked for: %s cannot', async (name) => {
    const cluster = clusterWith(() => secret)
    await expect(readReleaseSecret(cluster, 'flux-system', name)).rejects.toMatchObject({
      code: 'RELEASE_INVALID',
    })
    expect(cluster.asked).toEqual([])
  })
})
