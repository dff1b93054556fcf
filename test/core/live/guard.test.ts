import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { assertReadOnly } from '@kubectl-gitops/core/live/guard.js'

function verdict(method: string, target: string, headerNames: readonly string[] = []): string {
  try {
    assertReadOnly({ method, target, headerNames })
    return 'sent'
  } catch (thrown) {
    return String((thrown as { code?: unknown }).code)
  }
}

const POD = '/api/v1/namespaces/shop/pods/web'

describe('what may be sent', () => {
  it.each([
    ['GET', '/version'],
    ['GET', '/api'],
    ['GET', '/api/v1'],
    ['GET', '/apis'],
    ['GET', '/apis/apps'],
    ['GET', '/apis/apps/v1'],
    ['GET', '/openapi/v3'],
    ['GET', '/openapi/v3/apis/apps/v1?hash=AB12'],
    ['GET', '/readyz'],
    ['GET', '/api/v1/nodes'],
    ['GET', '/api/v1/nodes/one'],
    ['GET', '/api/v1/namespaces/shop'],
    ['GET', '/api/v1/namespaces/shop/pods?limit=500&continue=abc'],
    ['GET', POD],
    ['HEAD', POD],
    ['GET', `${POD}/status`],
    ['GET', '/apis/apps/v1/namespaces/shop/deployments/web/scale'],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode'],
    // objects and namespaces that only bear the name of a subresource
    ['GET', '/api/v1/namespaces/exec/configmaps/proxy'],
    ['GET', '/api/v1/namespaces/proxy'],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'],
    ['POST', '/apis/authentication.k8s.io/v1beta1/selfsubjectreviews'],
    ['PATCH', `${POD}?dryRun=All&fieldManager=x&force=true`],
    ['PUT', `${POD}?dryRun=All`],
    ['DELETE', `${POD}?dryRun=All`],
    ['POST', '/api/v1/namespaces/shop/pods?dryRun=All'],
    ['PATCH', `${POD}?dryRun=All&dryRun=All`],
    ['PATCH', `${POD}?dryRun=%41ll`],
  ])('%s %s', (method, target) => {
    expect(verdict(method, target)).toBe('sent')
  })
})

describe('what is refused', () => {
  it.each([
    ['a write', 'POST', '/api/v1/namespaces/shop/pods'],
    ['a patch', 'PATCH', POD],
    ['a delete', 'DELETE', POD],
    ['a collection delete', 'DELETE', '/api/v1/namespaces/shop/pods'],
    ['a method in small letters', 'get', POD],
    ['a write in small letters', 'patch', `${POD}?dryRun=All`],
    ['an unknown method', 'CONNECT', POD],
    ['a method with a space', 'GET ', POD],
    ['a dry run that is taken back', 'PATCH', `${POD}?dryRun=All&dryRun=`],
    ['a dry run with another value first', 'PATCH', `${POD}?dryRun=None&dryRun=All`],
    ['a dry run in another parameter', 'PATCH', `${POD}?x=dryRun=All`],
    ['a dry run in a doubled question mark', 'PATCH', `${POD}??dryRun=All`],
    ['a dry run in the path', 'PATCH', `${POD}%3FdryRun=All`],
    ['a dry run in a path segment', 'PATCH', '/api/v1/namespaces/shop/pods/dryRun=All'],
    ['a dry run in the fragment', 'PATCH', `${POD}#?dryRun=All`],
    ['a dry run with a semicolon', 'PATCH', `${POD}?a=b;dryRun=All`],
    ['a dry run with a value after a semicolon', 'PATCH', `${POD}?dryRun=All;x`],
    ['a dry run in small letters', 'PATCH', `${POD}?dryrun=All`],
    ['a dry run of another value', 'PATCH', `${POD}?dryRun=all`],
    ['a dry run with an empty value', 'PATCH', `${POD}?dryRun=`],
    ['a dry run of something that is no object', 'POST', '/debug/flags/v?dryRun=All'],
    [
      'a dry run of a token request',
      'POST',
      '/api/v1/namespaces/shop/serviceaccounts/robot/token?dryRun=All',
    ],
    ['a dry run of an eviction', 'POST', `${POD}/eviction?dryRun=All`],
    ['a dry run of a proxied request', 'POST', `${POD}/proxy?dryRun=All`],
    ['exec', 'GET', `${POD}/exec?command=sh`],
    ['attach', 'GET', `${POD}/attach`],
    ['port-forward', 'GET', `${POD}/portforward`],
    ['the proxy of a Pod', 'GET', `${POD}/proxy`],
    ['the proxy of a Service', 'GET', '/api/v1/namespaces/shop/services/web:80/proxy/admin/delete'],
    ['the proxy of a node', 'GET', '/api/v1/nodes/one/proxy/run/shop/web'],
    ['the old proxy path', 'GET', '/api/v1/proxy/namespaces/shop/services/web'],
    [
      'an extension that acts on GET',
      'GET',
      '/apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachines/b/console',
    ],
    ['exec behind an encoded slash', 'GET', '/api/v1/namespaces/shop/pods/web%2Fexec'],
    ['exec behind a twice encoded slash', 'GET', '/api/v1/namespaces/shop/pods/web%252Fexec'],
    ['exec in a dotted path', 'GET', '/api/v1/namespaces/shop/pods/web/status/../exec'],
    ['exec in an encoded dotted path', 'GET', '/api/v1/namespaces/shop/pods/web/%2e%2e/web/exec'],
    ['an empty segment', 'GET', '/api/v1//namespaces/shop/pods/web/exec'],
    ['a trailing slash', 'GET', '/api/v1/pods/'],
    ['a backslash', 'GET', '/api/v1/namespaces/shop/pods/web\\exec'],
    ['a broken escape', 'GET', '/api/v1/pods/%zz'],
    ['an escape that is not UTF-8', 'GET', '/api/v1/pods/%ff'],
    ['a NUL', 'GET', '/api/v1/pods/%00'],
    ['a line break', 'GET', '/api/v1/pods HTTP/1.1\r\nx: y'],
    ['another host', 'GET', 'http://elsewhere.example/api/v1/pods'],
    ['no path at all', 'GET', ''],
    ['a debug path', 'GET', '/debug/pprof/profile'],
    ['the logs of a node', 'GET', '/logs/kube-apiserver.log'],
    ['a method in the query', 'GET', `${POD}?_method=DELETE`],
    ['a review of somebody else', 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews'],
    ['a token review', 'POST', '/apis/authentication.k8s.io/v1/tokenreviews'],
    ['a review in another group', 'POST', '/apis/evil.example/v1/selfsubjectaccessreviews'],
    ['a review with a tail', 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x'],
    [
      'a review below a namespace',
      'POST',
      '/apis/authorization.k8s.io/v1/namespaces/x/selfsubjectaccessreviews',
    ],
  ])('%s', (_what, method, target) => {
    expect(verdict(method, target)).toBe('WRITE_REFUSED')
  })

  it.each(['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'])('the header %s', (name) => {
    expect([verdict('GET', POD, ['accept', name]), verdict('GET', POD, ['accept'])]).toEqual([
      'WRITE_REFUSED',
      'sent',
    ])
  })

  it('any write whose query does not name dryRun', () => {
    const query = fc.dictionary(
      fc.string().filter((name) => name !== 'dryRun'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'), query, (method, parameters) => {
        const target = `${POD}?${new URLSearchParams(parameters).toString()}`
        expect(verdict(method, target)).toBe('WRITE_REFUSED')
      }),
    )
  })

  it('names the path and not the query, which may hold a token', () => {
    expect(() => {
      assertReadOnly({ method: 'POST', target: '/api/v1/pods?continue=secret' })
    }).toThrow('refused to send "POST" "/api/v1/pods"')
  })
})
