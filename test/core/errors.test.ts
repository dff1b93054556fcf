import { expect, it } from '@jest/globals'
import { asGitOpsError, ERROR_CODES, GitOpsError } from '@kubectl-gitops/core/errors.js'

it('says what, why and what to try', () => {
  const cause = new Error('inner')
  const error = new GitOpsError('BUILD_FAILED', {
    what: 'it failed',
    why: 'no file',
    tryThis: 'add it',
    cause,
  })
  expect([error.name, error.code, error.message, error.why, error.tryThis, error.cause]).toEqual([
    'GitOpsError',
    'BUILD_FAILED',
    'it failed',
    'no file',
    'add it',
    cause,
  ])
})

it('has no cause where none is given', () => {
  expect('cause' in new GitOpsError('USAGE', { what: 'x' })).toBe(false)
})

it('passes through as it is, and wraps anything else that was thrown', () => {
  const own = new GitOpsError('USAGE', { what: 'x' })
  expect(asGitOpsError(own)).toBe(own)
  expect(asGitOpsError(new Error('boom'))).toMatchObject({ code: 'INTERNAL', why: 'boom' })
  expect(asGitOpsError('text')).toMatchObject({ code: 'INTERNAL', why: 'text', cause: 'text' })
})

it('has no code twice', () => {
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length)
})
