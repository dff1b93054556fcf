import { describe, expect, it } from '@jest/globals'
import { normalizeUrl, parseUrl, sameRepository } from '@kubectl-gitops/core/git/location.js'
import { redactUrl, redactWords } from '@kubectl-gitops/core/git/redaction.js'

describe('normalizeUrl', () => {
  it.each([
    ['https://github.com/org/repo', 'github.com/org/repo'],
    ['https://github.com/org/repo.git', 'github.com/org/repo'],
    ['https://github.com/org/repo.git/', 'github.com/org/repo'],
    ['https://github.com//org//repo/', 'github.com/org/repo'],
    ['https://GitHub.COM/Org/Repo', 'github.com/Org/Repo'],
    ['https://github.com./org/repo', 'github.com/org/repo'],
    ['https://github.com:443/org/repo', 'github.com/org/repo'],
    ['http://git.example:80/org/repo', 'git.example/org/repo'],
    ['http://git.example:3000/org/repo', 'git.example:3000/org/repo'],
    ['https://user:p%40ss@git.example/org/repo', 'git.example/org/repo'],
    ['https://user:p@ss@git.example/org/repo', 'git.example/org/repo'],
    ['ssh://git@github.com/org/repo.git', 'github.com/org/repo'],
    ['ssh://git@github.com:22/org/repo', 'github.com/org/repo'],
    ['ssh://git@git.example:2222/org/repo', 'git.example:2222/org/repo'],
    ['git+ssh://git@github.com/org/repo', 'github.com/org/repo'],
    ['ssh://git@ssh.github.com:443/org/repo', 'github.com/org/repo'],
    ['git@github.com:org/repo.git', 'github.com/org/repo'],
    ['git@github.com:/org/repo', 'github.com/org/repo'],
    ['github.com:org/repo', 'github.com/org/repo'],
    ['git@[2001:db8::1]:org/repo', '[2001:db8::1]/org/repo'],
    ['ssh://git@[2001:db8::1]:2222/org/repo', '[2001:db8::1]:2222/org/repo'],
    ['https://gitlab.example/a/b/c/d.git', 'gitlab.example/a/b/c/d'],
    ['https://git.example/org/my%20repo', 'git.example/org/my repo'],
    ['https://git.example/org/100%', 'git.example/org/100%'],
    ['https://dev.azure.com/org/project/_git/repo', 'dev.azure.com/org/project/_git/repo'],
    ['git@ssh.dev.azure.com:v3/org/project/repo', 'dev.azure.com/org/project/_git/repo'],
    ['/srv/git/repo.git', 'file:///srv/git/repo'],
    ['file:///srv/git/../git/repo/', 'file:///srv/git/repo'],
    ['/srv/work/repo/.git', 'file:///srv/work/repo'],
  ])('of %s is %s', (url, normalized) => {
    expect(normalizeUrl(url)).toBe(normalized)
  })

  it.each([
    '',
    'ext::sh -c touch% /tmp/x',
    'ext::https://github.com/org/repo',
    'ftp://git.example/repo',
    'https:///org/repo',
    'ssh://-oProxyCommand=x/repo',
    '-oProxyCommand=x:repo',
    'git@-oProxyCommand=x:repo',
    '--upload-pack=x',
    'file://host/share',
    'https://git.example/a\nb',
    'https://git.example/a\u0000b',
  ])('is undefined for %j, which is none of git’s or is an attack', (url) => {
    expect(normalizeUrl(url)).toBeUndefined()
  })
})

describe('parseUrl', () => {
  it('tells user, password, host, port and path apart', () => {
    expect(parseUrl('https://me:s%3Acret@Git.Example:8443/org/repo.git')).toEqual({
      protocol: 'https',
      user: 'me',
      password: 's:cret',
      host: 'git.example',
      port: 8443,
      path: '/org/repo.git',
    })
  })
})

describe('sameRepository', () => {
  it.each([
    ['https://github.com/org/repo', 'git@github.com:org/repo.git', true],
    ['ssh://git@git.example:2222/org/repo', 'https://git.example/org/repo', true],
    ['ssh://git@git.example:2222/org/repo', 'https://git.example:3000/org/repo', true],
    ['http://localhost:3000/org/repo', 'http://localhost:4000/org/repo', false],
    ['ssh://git@git.example:22/org/repo', 'ssh://git@git.example:2222/org/repo', false],
    ['https://github.com/org/repo', 'https://github.com/Org/repo', false],
    ['https://github.com/org/repo', 'https://github.com/org/repo2', false],
    ['https://github.com/org/repo', 'https://github.com.evil.example/org/repo', false],
    ['https://github.com@evil.example/org/repo', 'https://github.com/org/repo', false],
    ['ext::x', 'ext::x', false],
  ])('of %s and %s is %s', (a, b, same) => {
    expect([sameRepository(a, b), sameRepository(b, a)]).toEqual([same, same])
  })
})

describe('redactUrl', () => {
  it.each([
    ['https://user:secret@git.example/org/repo', 'https://git.example/org/repo'],
    ['https://ghp_token@git.example/org/repo', 'https://git.example/org/repo'],
    ['https://user:se@cret@git.example/org/repo', 'https://git.example/org/repo'],
    ['ssh://git:secret@git.example/org/repo', 'ssh://git@git.example/org/repo'],
    ['git@git.example:org/repo', 'git@git.example:org/repo'],
    [
      'https://git.example/org/repo?private_token=secret&x=1',
      'https://git.example/org/repo?private_token=***&x=***',
    ],
    ['https://git.example/org/repo@v1', 'https://git.example/org/repo@v1'],
  ])('of %s is %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted)
  })
})

describe('redactWords', () => {
  it('strikes the credentials of the URL wherever git repeats them, encoded or not', () => {
    const words = "fatal: 'https://me:s%3Acret@git.example/' said s:cret; tried s%3Acret"
    expect(redactWords(words, 'https://me:s%3Acret@git.example/')).toBe(
      "fatal: 'https://git.example/' said ***; tried ***",
    )
  })

  it('drops escape sequences and control characters of a server, and cuts a flood', () => {
    expect(redactWords('remote: \u001b[31mred\u001b[0m\u0007\r\nfatal: no\n')).toBe('remote: red\nfatal: no')
    expect(redactWords('x'.repeat(10_000))).toBe(`${'x'.repeat(4_000)}...`)
  })
})
