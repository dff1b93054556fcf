import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chooseContext } from '@kubectl-gitops/core/live/context.js'
import { kubeconfigFiles, readKubeconfig } from '@kubectl-gitops/core/live/kubeconfig.js'
import { serviceAccountConfig } from '@kubectl-gitops/core/live/service-account.js'
import { failureOf } from './http-server.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kubeconfig-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const full = path.join(folder, name)
  await mkdir(path.dirname(full), { recursive: true })
  await writeFile(full, text)
  return full
}

const ONE = `
clusters: [{name: c, cluster: {server: https://one.example:6443, certificate-authority: pki/ca.crt}}]
users: [{name: u, user: {client-certificate: me.crt, client-key: /keys/me.key, exec: {command: ./bin/login}}}]
contexts:
- {name: a, context: {cluster: c, user: u, namespace: shop}}
- {name: b, context: {cluster: c}}
`
const TWO = `
current-context: b
clusters: [{name: c, cluster: {server: https://two.example}}, {name: d, cluster: {server: "http://two.example/k8s/"}}]
contexts:
- {name: z, context: {cluster: d, user: u}}
- {name: lost, context: {cluster: nowhere}}
- {name: alone, context: {cluster: d, user: nobody}}
`

describe('kubeconfigFiles', () => {
  it('takes the flag alone, else the list, else the home folder, else nothing', () => {
    const env = { KUBECONFIG: ['/a', '', '/b', '/a'].join(path.delimiter), HOME: '/home/jo' }
    expect([
      kubeconfigFiles('/flag', env),
      kubeconfigFiles(undefined, env),
      kubeconfigFiles('', { HOME: '/home/jo' }),
      kubeconfigFiles(undefined, {}),
    ]).toEqual([
      { files: ['/flag'], required: true },
      { files: ['/a', '/b'], required: false },
      { files: ['/home/jo/.kube/config'], required: false },
      { files: [], required: false },
    ])
  })
})

describe('readKubeconfig', () => {
  it('merges files, the first to name something wins, and resolves paths from each file', async () => {
    const files = [await file('x/one', ONE), path.join(folder, 'absent'), await file('two', TWO)]
    expect(await readKubeconfig(files, false)).toEqual({
      clusters: new Map([
        [
          'c',
          { server: 'https://one.example:6443', 'certificate-authority': path.join(folder, 'x/pki/ca.crt') },
        ],
        ['d', { server: 'http://two.example/k8s/' }],
      ]),
      users: new Map([
        [
          'u',
          {
            'client-certificate': path.join(folder, 'x/me.crt'),
            'client-key': '/keys/me.key',
            exec: { command: path.join(folder, 'x/bin/login') },
          },
        ],
      ]),
      contexts: new Map([
        ['a', { cluster: 'c', user: 'u', namespace: 'shop' }],
        ['b', { cluster: 'c' }],
        ['z', { cluster: 'd', user: 'u' }],
        ['lost', { cluster: 'nowhere' }],
        ['alone', { cluster: 'd', user: 'nobody' }],
      ]),
      currentContext: 'b',
    })
  })

  it('says which file is missing when it was named by the flag', async () => {
    const missing = path.join(folder, 'absent')
    expect(await failureOf(readKubeconfig([missing], true))).toEqual({
      code: 'KUBECONFIG_INVALID',
      message: `cannot read the kubeconfig ${missing}`,
      why: 'no such file',
      tryThis: 'kubectl config view',
    })
  })

  it.each([
    ['broken YAML', 'users:\n- name: u\n  user: {token: "s3cret\n', 'is not YAML', /^line \d+: [A-Z_]+$/],
    ['a list', '[s3cret]', 'is not a mapping', /kind: Config/],
    ['clusters that are no list', 'clusters: s3cret', 'is invalid', /^clusters is not a list$/],
    ['a user without a name', 'users: [{user: {token: s3cret}}]', 'is invalid', /^users\[0\] has no name/],
    [
      'a user that is text',
      'users: [{name: u, user: s3cret}]',
      'is invalid',
      /^users\[0\] has no name or is not/,
    ],
    ['an alias bomb', `a: &a [s3cret,s3cret]\n${bomb()}`, 'cannot be read', /aliases/],
  ])('refuses %s and shows nothing of it', async (_what, text, what, why) => {
    const failure = await failureOf(readKubeconfig([await file('bad', text)], true))
    expect(failure).toEqual({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining(what),
      why: expect.stringMatching(why),
      tryThis: 'kubectl config view',
    })
    expect(JSON.stringify(failure)).not.toContain('s3cret')
  })

  it('takes an empty file for an empty kubeconfig', async () => {
    const empty = { clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: '' }
    expect(await readKubeconfig([await file('empty', '')], true)).toEqual(empty)
  })
})

describe('chooseContext', () => {
  it('takes the current context, or the one asked for, with everything it refers to', async () => {
    const config = await readKubeconfig([await file('one', ONE), await file('two', TWO)], true)
    const current = chooseContext(config, undefined)
    const asked = chooseContext(config, 'z')
    expect([current.name, current.namespace, current.server.href, current.user]).toEqual([
      'b',
      'default',
      'https://one.example:6443/',
      {},
    ])
    expect([asked.name, asked.server.href]).toEqual(['z', 'http://two.example/k8s/'])
    expect(chooseContext(config, 'a').namespace).toBe('shop')
  })

  it('names the contexts there are', async () => {
    const config = await readKubeconfig([await file('one', ONE)], true)
    const chosen = (name?: string): Promise<unknown> =>
      Promise.resolve().then(() => chooseContext(config, name))
    expect([await failureOf(chosen('prod')), await failureOf(chosen())]).toEqual([
      {
        code: 'CONTEXT_NOT_FOUND',
        message: 'context "prod" does not exist',
        why: 'contexts of the kubeconfig: a, b',
        tryThis: 'kubectl config get-contexts',
      },
      {
        code: 'CONTEXT_NOT_FOUND',
        message: 'the kubeconfig has no current context',
        why: 'contexts of the kubeconfig: a, b',
        tryThis: 'kubectl config get-contexts',
      },
    ])
  })

  it.each([
    ['lost', 'the cluster of context "lost" is not in the kubeconfig'],
    ['alone', 'the user of context "alone" is not in the kubeconfig'],
  ])('refuses the context %s, which refers to what is not there', async (name, what) => {
    const config = await readKubeconfig([await file('two', TWO)], true)
    expect(() => chooseContext(config, name)).toThrow(
      expect.objectContaining({ code: 'KUBECONFIG_INVALID', message: what }),
    )
  })

  it.each(['', 'k8s.example', 'ftp://k8s.example', '/tmp/socket'])(
    'refuses the server %j',
    async (server) => {
      const text = JSON.stringify({
        clusters: [{ name: 'c', cluster: { server } }],
        contexts: [{ name: 'x', context: { cluster: 'c' } }],
      })
      const config = await readKubeconfig([await file('server', text)], true)
      expect(() => chooseContext(config, 'x')).toThrow(
        expect.objectContaining({ code: 'KUBECONFIG_INVALID' }),
      )
    },
  )

  it('keeps credentials in a URL out of the server it names', async () => {
    const text = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://jo:s3cret@k8s.example/x?y#z' } }],
      contexts: [{ name: 'x', context: { cluster: 'c' } }],
    })
    const config = await readKubeconfig([await file('server', text)], true)
    expect(chooseContext(config, 'x').server.href).toBe('https://k8s.example/x')
  })
})

describe('serviceAccountConfig', () => {
  it('describes the cluster around a pod', async () => {
    await file('account/token', 'abc')
    await file('account/namespace', 'gitops\n')
    const account = path.join(folder, 'account')
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    const config = await serviceAccountConfig(env, account)
    expect(config).toEqual({
      clusters: new Map([
        [
          'in-cluster',
          { server: 'https://[fd00::1]:443', 'certificate-authority': path.join(account, 'ca.crt') },
        ],
      ]),
      users: new Map([['in-cluster', { tokenFile: path.join(account, 'token') }]]),
      contexts: new Map([['in-cluster', { cluster: 'in-cluster', user: 'in-cluster', namespace: 'gitops' }]]),
      currentContext: 'in-cluster',
    })
  })

  it('is not there outside a pod', async () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
    expect([
      await serviceAccountConfig(env, path.join(folder, 'nothing')),
      await serviceAccountConfig({}, path.join(folder, 'account')),
    ]).toEqual([undefined, undefined])
  })
})

function bomb(): string {
  const names = 'a b c d e f g h i j'.split(' ')
  return names
    .slice(1)
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${names[index] ?? ''}`)
          .join(',')}]`,
    )
    .join('\n')
}
