import { describe, expect, it } from '@jest/globals'
import { parseCommit } from '@kubectl-gitops/core/git/commit.js'

const ID = 'c'.repeat(40)
const TREE = `tree ${'e'.repeat(40)}`

function parse(text: string) {
  return parseCommit(ID, Buffer.from(text))
}

describe('parseCommit', () => {
  it('reads parents, people with their own clocks, and the first paragraph', () => {
    const text = [
      TREE,
      `parent ${'1'.repeat(40)}`,
      `parent ${'2'.repeat(40)}`,
      'author Ann Ö <ann@example.com> 1700000000 +0530',
      'committer Bob <bob@example.com> 1700000060 -0800',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' ',
      ' author Mallory <m@example.com> 1 +0000',
      ' -----END PGP SIGNATURE-----',
      '',
      'Raise the limit',
      'of memory',
      '',
      'parent of all bugs',
    ].join('\n')
    expect(parse(text)).toEqual({
      id: ID,
      parents: ['1'.repeat(40), '2'.repeat(40)],
      author: { name: 'Ann Ö', email: 'ann@example.com', time: '2023-11-15T03:43:20+05:30' },
      committer: { name: 'Bob', email: 'bob@example.com', time: '2023-11-14T14:14:20-08:00' },
      subject: 'Raise the limit of memory',
    })
  })

  it('reads an empty e-mail, an empty name and an empty message', () => {
    const { author, committer, subject } = parse(
      `${TREE}\nauthor Flux <> 0 +0000\ncommitter <x@y> 0 +0000\n\n`,
    )
    expect({ author, committer, subject }).toEqual({
      author: { name: 'Flux', email: '', time: '1970-01-01T00:00:00+00:00' },
      committer: { name: '', email: 'x@y', time: '1970-01-01T00:00:00+00:00' },
      subject: '',
    })
  })

  it('leaves the time empty where the date is none', () => {
    const { author, committer } = parse(
      `${TREE}\nauthor A <a@b> never\ncommitter A <a@b> 99999999999999999 +0000\n\nx`,
    )
    expect([author.time, committer.time]).toEqual(['', ''])
  })

  it('decodes the encoding that the commit names, and survives one that nobody knows', () => {
    const head = (encoding: string): string =>
      `${TREE}\nauthor J\u00fcrgen <j@x> 0 +0000\ncommitter J <j@x> 0 +0000\nencoding ${encoding}\n\nGr\u00fc\u00dfe`
    const latin = parseCommit(ID, Buffer.from(head('ISO-8859-1'), 'latin1'))
    expect([latin.author.name, latin.subject]).toEqual(['Jürgen', 'Grüße'])
    expect(parse(head('no-such-encoding')).subject).toBe('Grüße')
  })
})
