import { expect, it } from '@jest/globals'
import { formatRevision, parseRevision, shortRevision } from '@kubectl-gitops/core/revision.js'

const SHA1 = '3f1c9ad2'.repeat(5)
const SHA256 = '3f1c9ad2'.repeat(8)

it.each([
  [`main@sha1:${SHA1}`, { pointer: 'main', algorithm: 'sha1', hash: SHA1 }],
  [`sha1:${SHA1}`, { algorithm: 'sha1', hash: SHA1 }],
  [`latest@sha256:${SHA256}`, { pointer: 'latest', algorithm: 'sha256', hash: SHA256 }],
  [`refs/pull/420/head@sha1:${SHA1}`, { pointer: 'refs/pull/420/head', algorithm: 'sha1', hash: SHA1 }],
  [`a@b@sha1:${SHA1}`, { pointer: 'a@b', algorithm: 'sha1', hash: SHA1 }],
  [`main/${SHA1}`, { pointer: 'main', algorithm: 'sha1', hash: SHA1 }],
  [`feature/x/${SHA1}`, { pointer: 'feature/x', algorithm: 'sha1', hash: SHA1 }],
  [`HEAD/${SHA1}`, { algorithm: 'sha1', hash: SHA1 }],
  [SHA256, { algorithm: 'sha256', hash: SHA256 }],
])('%s', (text, expected) => {
  expect(parseRevision(text)).toEqual(expected)
})

it.each([
  '',
  'main',
  '1.2.3',
  'main@sha1:',
  `main@md5:${SHA1}`,
  `main@sha1:${SHA1.toUpperCase()}`,
  'main@sha1:3f1c',
])('%p is none', (text) => {
  expect(parseRevision(text)).toBeUndefined()
})

it.each([
  [`sha1:${SHA256}`, 'a longer hash than sha1 has'],
  [`sha256:${SHA1}`, 'a shorter hash than sha256 has'],
])('%s is none: %s', (text) => {
  expect(parseRevision(text)).toBeUndefined()
})

it('is printed in its canonical form, and short for people', () => {
  expect(formatRevision(parseRevision(`main/${SHA1}`)!)).toBe(`main@sha1:${SHA1}`)
  expect(formatRevision({ algorithm: 'sha1', hash: SHA1 })).toBe(`sha1:${SHA1}`)
  expect(shortRevision(`main@sha1:${SHA1}`)).toBe('main@sha1:3f1c9ad2')
  expect(shortRevision('1.2.3')).toBe('1.2.3')
})
