import { describe, expect, it } from '@jest/globals'
import { isFullId, revisionName } from '@kubectl-gitops/core/git/revision-name.js'

const ID = 'a'.repeat(40)

describe('revisionName', () => {
  it.each([
    ['main', 'main'],
    ['feature/ü#1', 'feature/ü#1'],
    ['dependabot/npm_and_yarn/@types/node-20.1', 'dependabot/npm_and_yarn/@types/node-20.1'],
    ['HEAD~2', 'HEAD~2'],
    ['main@{1}', 'main@{1}'],
    [`main@sha1:${ID}`, ID],
    [`refs/pull/420/head@sha1:${ID}`, ID],
    [`main/${ID}`, ID],
    [`sha1:${ID}`, ID],
  ])('of %s is %s', (revision, name) => {
    expect(revisionName(revision)).toBe(name)
  })

  it.each([
    ['', 'it is empty'],
    ['--output=/tmp/x', 'it begins with a dash, like an option'],
    ['^main', 'it begins with ^, which excludes a commit'],
    ['main\nother', 'it contains a control character'],
    ['main\u0000', 'it contains a control character'],
    ['main..other', 'it contains "..", which names a range or another folder'],
    ['../../etc/passwd', 'it contains "..", which names a range or another folder'],
    ['main other', 'it contains a character that no revision of a commit has'],
    ['HEAD:secret.yaml', 'it contains a character that no revision of a commit has'],
    [':/fix', 'it contains a character that no revision of a commit has'],
    ['refs/*', 'it contains a character that no revision of a commit has'],
    ['HEAD^{/(a+)+$}', 'it is a search, which names no fixed commit'],
    ['a'.repeat(256), 'it is longer than 255 characters'],
  ])('refuses %j before git sees it', (revision, why) => {
    expect(() => revisionName(revision)).toThrow(expect.objectContaining({ code: 'REVISION_INVALID', why }))
  })
})

describe('isFullId', () => {
  it('knows SHA-1 and SHA-256, in lower case and whole', () => {
    expect([ID, 'b'.repeat(64), 'a'.repeat(39), 'A'.repeat(40), `${ID}\n`].map(isFullId)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
