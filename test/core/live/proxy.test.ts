import { describe, expect, it } from '@jest/globals'
import { proxyFor } from '@kubectl-gitops/core/live/proxy.js'

const PROXY = 'http://proxy.example:3128'

function chosen(server: string, noProxy = ''): string | undefined {
  return proxyFor(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY: noProxy })
}

describe('proxyFor', () => {
  it('takes HTTPS_PROXY for https, HTTP_PROXY for http, and their lower-case names', () => {
    const env = { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: '', http_proxy: 'b:2' }
    expect([
      proxyFor(new URL('https://k8s.example'), env),
      proxyFor(new URL('http://k8s.example'), env),
      proxyFor(new URL('https://k8s.example'), {}),
    ]).toEqual(['http://a:1', 'http://b:2', undefined])
  })

  it.each(['https://localhost:6443', 'https://127.0.0.1:6443', 'https://127.9.9.9', 'https://[::1]:6443'])(
    'never sends loopback %s through one',
    (server) => {
      expect(chosen(server)).toBeUndefined()
    },
  )

  it.each([
    ['https://k8s.example:6443', '*', undefined],
    ['https://k8s.example:6443', 'k8s.example', undefined],
    ['https://K8S.example:6443', 'a.b, K8s.Example ', undefined],
    ['https://api.k8s.example', 'k8s.example', undefined],
    ['https://api.k8s.example', '.k8s.example', undefined],
    ['https://api.k8s.example', '*.k8s.example', undefined],
    ['https://k8s.example', '.k8s.example', PROXY],
    ['https://notk8s.example', 'k8s.example', PROXY],
    ['https://k8s.example:6443', 'k8s.example:6443', undefined],
    ['https://k8s.example:6443', 'k8s.example:443', PROXY],
    ['https://k8s.example', 'k8s.example:443', undefined],
    ['https://10.1.2.3:6443', '10.0.0.0/8', undefined],
    ['https://11.1.2.3:6443', '10.0.0.0/8', PROXY],
    ['https://10.1.2.3:6443', '10.1.2.3', undefined],
    ['https://10.1.2.30:6443', '10.1.2.3', PROXY],
    ['https://[fd00::1]:6443', 'fd00::/8', undefined],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', undefined],
    ['https://[fd00::1]:6443', 'fd00::1', undefined],
    ['https://10.1.2.3', '10.0.0.0/99', PROXY],
    ['https://k8s.example', '', PROXY],
  ])('%s with NO_PROXY=%s', (server, noProxy, expected) => {
    expect(chosen(server, noProxy)).toBe(expected)
  })
})
