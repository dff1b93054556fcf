import { describe, expect, it } from '@jest/globals'
import { judge } from './verdict.js'

const built = { digest: 'sha256:aa' }
const broken = { code: 'BUILD_FAILED', words: 'kustomize build failed: no such file' } as const

describe('what is known of a build', () => {
  it('is proved by the digest of the controller alone', () => {
    expect(judge(built, { digest: 'sha256:aa' })).toEqual({ kind: 'proved' })
    expect(judge(built, { digest: 'sha256:bb' })).toEqual({
      kind: 'mismatch',
      why: 'ours: sha256:aa; the controller: sha256:bb',
    })
    expect(judge(built, { words: 'no' })).toEqual({
      kind: 'mismatch',
      why: 'ours: sha256:aa; the controller: no',
    })
  })

  it('is not proved where the files are not those that Flux makes', () => {
    expect(judge(built, { digest: 'sha256:aa' }, true).kind).toBe('approximate')
    expect(judge(built, { digest: 'sha256:bb' }, true).kind).toBe('mismatch')
    expect(judge(built, undefined).kind).toBe('approximate')
  })

  it('is a failure where both fail in the same words', () => {
    expect(judge(broken, { words: broken.words })).toEqual({ kind: 'failed', why: broken.words })
    expect(judge(broken, { words: 'something else' }).kind).toBe('mismatch')
    expect(judge(broken, { digest: 'sha256:aa' }).kind).toBe('mismatch')
  })

  it('is unknown where we refuse to guess, whatever the controller says', () => {
    const refused = { code: 'SPEC_UNSUPPORTED', words: 'cannot be followed' } as const
    const unknown = { kind: 'unknown', why: 'cannot be followed' }
    expect(judge(refused, undefined)).toEqual(unknown)
    expect(judge(refused, { digest: 'sha256:aa' })).toEqual(unknown)
    expect(judge(refused, { words: 'something else' })).toEqual(unknown)
  })
})
