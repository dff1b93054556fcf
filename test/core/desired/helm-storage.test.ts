import { gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { readStoredRelease, storageKey } from '@kubectl-gitops/core/desired/helm-storage.js'
import { asGitOpsError } from '@kubectl-gitops/core/errors.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { helmSecret, SNAPSHOT, STORED } from './helm-world.js'

const pack = (text: string): string => gzipSync(text).toString('base64')

/** The error of reading a Secret, every word of it. */
function failure(secret: KubernetesObject): string {
  try {
    readStoredRelease(secret, SNAPSHOT)
  } catch (thrown) {
    const { code, message, why, tryThis, cause } = asGitOpsError(thrown)
    expect(cause).toBeUndefined()
    return [code, message, why, tryThis].filter((part) => part !== undefined).join(' | ')
  }
  throw new Error('it was read')
}

const withData = (release: string): KubernetesObject => ({
  ...helmSecret(STORED),
  data: { release: Buffer.from(release).toString('base64') },
})

const PLACE = 'Secret flux-system/sh.helm.release.v1.web.v3'
const invalid = (why: string) => `RELEASE_INVALID | ${PLACE} holds no release that can be read | ${why}`

describe('a release in its Secret', () => {
  it('has the name that Helm gives it', () => {
    expect(storageKey(SNAPSHOT)).toBe('sh.helm.release.v1.web.v3')
  })

  it('is read with what matters of it and nothing of its templates', () => {
    const chart = {
      metadata: { name: 'web' },
      templates: [{ name: 'templates/a.yaml', data: 'c2VjcmV0' }],
      files: [{ name: 'crds/widget.yaml' }, { name: 'crds/README.md' }, { name: 'LICENSE' }],
    }
    const hooks = [{ name: 'migrate', manifest: 'kind: Job' }, { name: 'odd' }]
    expect(readStoredRelease(helmSecret({ ...STORED, chart, hooks }), SNAPSHOT)).toEqual({
      name: 'web',
      namespace: 'shop',
      version: 3,
      status: 'deployed',
      manifest: STORED.manifest,
      hooks: ['kind: Job'],
      crdFiles: 1,
      config: { replicas: 2 },
    })
  })

  it('may be as old as Helm 2, which did not compress', () => {
    const plain = Buffer.from(JSON.stringify(STORED)).toString('base64')
    expect(readStoredRelease(withData(plain), SNAPSHOT).manifest).toBe(STORED.manifest)
  })

  it('may have been made of nothing', () => {
    const { manifest, hooks, config } = readStoredRelease(
      helmSecret({ name: 'web', namespace: 'shop', version: 3, manifest: '' }),
      SNAPSHOT,
    )
    expect({ manifest, hooks, config }).toEqual({ manifest: '', hooks: [], config: {} })
  })
})

describe('a Secret that is no release', () => {
  it.each<[string, KubernetesObject, string]>([
    ['of another type', { ...helmSecret(STORED), type: 'Opaque' }, 'its type is not helm.sh/release.v1'],
    ['without data', { ...helmSecret(STORED), data: {} }, 'it has no data.release'],
    [
      'with data of another shape',
      { ...helmSecret(STORED), data: { release: [1] } },
      'it has no data.release',
    ],
    ['of noise', withData('swordfish, which is no base64 at all'), 'it holds no JSON'],
    ['of broken JSON', withData(pack('{"manifest": "swordfish", ')), 'it holds no JSON'],
    ['of a list', withData(pack('[{"manifest": "swordfish"}]')), 'it holds no release'],
    [
      'cut off',
      withData(pack(JSON.stringify(STORED)).slice(0, 40)),
      'it is compressed and cannot be read: it is damaged',
    ],
    ['without a manifest', helmSecret({ ...STORED, manifest: undefined }), 'its release has no manifest'],
    [
      'with a manifest of another shape',
      helmSecret({ ...STORED, manifest: ['swordfish'] }),
      'its release has no manifest',
    ],
    [
      'of another version',
      helmSecret({ ...STORED, version: 2 }),
      'it holds another release than its name says',
    ],
    [
      'of another release',
      helmSecret({ ...STORED, name: 'api' }),
      'it holds another release than its name says',
    ],
  ])('%s is refused without a word of its content', (_, secret, why) => {
    expect(failure(secret)).toBe(invalid(why))
  })

  it('that grows without end is refused before it does', () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024)).toString('base64')
    const before = process.memoryUsage().arrayBuffers
    expect(failure(withData(bomb))).toBe(
      `LIMIT_EXCEEDED | the release in ${PLACE} is larger than a release can be | it grows beyond 64 MiB`,
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 1024 * 1024)
  })
})
