import { describe, expect, it } from '@jest/globals'
import { readRepoFlag, readTimeout } from '../../plugin/src/flag-values.js'

describe('--repo', () => {
  it.each([
    ['.', { path: '.' }],
    ['/home/jo/fleet=old', { path: '/home/jo/fleet=old' }],
    [
      'https://example.com/fleet=/home/jo/fleet',
      { url: 'https://example.com/fleet', path: '/home/jo/fleet' },
    ],
    ['git@example.com:fleet=../fleet', { url: 'git@example.com:fleet', path: '../fleet' }],
    ['ssh://git@example.com/fleet.git=a=b', { url: 'ssh://git@example.com/fleet.git', path: 'a=b' }],
  ])('reads %s', (text, read) => {
    expect(readRepoFlag(text)).toEqual(read)
  })
})

describe('--request-timeout', () => {
  it.each([
    ['30', 30_000],
    ['0', 0],
    ['1m30s', 90_000],
    ['250ms', 250],
  ])('reads %s', (text, milliseconds) => {
    expect(readTimeout(text)).toBe(milliseconds)
  })

  it.each(['soon', '-1s', '', '1 m'])('refuses %j', (text) => {
    expect(() => readTimeout(text)).toThrow(`--request-timeout ${text} is not a duration`)
  })
})
