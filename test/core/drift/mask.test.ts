import { describe, expect, it } from '@jest/globals'
import { maskValue } from '@kubectl-gitops/core/drift/mask.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { fieldPath, type Path } from '@kubectl-gitops/core/pointer.js'

const object = (kind: string, fields: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a' },
  ...fields,
})
const masked = (kind: string, path: Path, value: unknown, fields: object = {}) =>
  maskValue(object(kind, fields), path, value, '***')

describe('what is not shown', () => {
  it.each(['data', 'stringData'])("every value of a Secret's %s, however it is reached", (field) => {
    expect(masked('Secret', fieldPath([], field), { a: 'x', b: null })).toEqual({ a: '***', b: '***' })
    expect(masked('Secret', fieldPath([], field, 'a'), 'x')).toBe('***')
  })

  it("a Secret's type and labels are shown", () => {
    expect(masked('Secret', fieldPath([], 'type'), 'Opaque')).toBe('Opaque')
    expect(masked('Secret', fieldPath([], 'metadata', 'labels'), { app: 'a' })).toEqual({ app: 'a' })
  })

  it("kubectl's copy of the object, alone and among other annotations", () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":1}', note: 'n' }
    expect(masked('ConfigMap', fieldPath([], 'metadata', 'annotations'), annotations)).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration': '***',
      note: 'n',
    })
  })

  it('Helm values below a name that says secret', () => {
    const values = { auth: { credentials: { key: 'k' }, user: 'u' }, tokens: ['t'], replicas: 2 }
    expect(masked('HelmRelease', fieldPath([], 'spec', 'values'), values)).toEqual({
      auth: { credentials: '***', user: 'u' },
      tokens: '***',
      replicas: 2,
    })
    expect(masked('HelmRelease', fieldPath([], 'spec', 'values', 'credentials', 'key'), 'k')).toBe('***')
  })

  it.each(['DB_PASSWORD', 'API_TOKEN', 'api-key', 'AWS_SECRET_ACCESS_KEY', 'DATABASE_DSN', 'PASSWORDS'])(
    'the value of a variable called %s',
    (name) => {
      const element = { kind: 'key', keys: { name }, index: 0 } as const
      expect(masked('Deployment', [...fieldPath([], 'env'), element, ...fieldPath([], 'value')], 'x')).toBe(
        '***',
      )
      expect(masked('Deployment', [...fieldPath([], 'env'), element], { name, value: 'x' })).toEqual({
        name,
        value: '***',
      })
    },
  )

  it('the value of a variable whose list has positions, by the name beside it', () => {
    const spec = {
      env: [
        { name: 'LEVEL', value: 'info' },
        { name: 'PASSWORD', value: 'x' },
      ],
    }
    const path = (index: number): Path => [
      ...fieldPath([], 'spec', 'env'),
      { kind: 'index', index },
      ...fieldPath([], 'value'),
    ]
    expect(masked('Widget', path(1), 'x', { spec })).toBe('***')
    expect(masked('Widget', path(0), 'info', { spec })).toBe('info')
    expect(masked('HelmRelease', fieldPath([], 'spec'), { values: spec })).toEqual({
      values: { env: [{ name: 'LEVEL', value: 'info' }, '***'] },
    })
  })

  it('a list item is found by its key where the position is that of the other side', () => {
    const spec = { servers: [{ id: 'other' }, { id: 'one', env: [{ name: 'TOKEN', value: 'x' }] }] }
    const path: Path = [
      ...fieldPath([], 'spec', 'servers'),
      { kind: 'key', keys: { id: 'one' }, index: 0 },
      ...fieldPath([], 'env'),
      { kind: 'index', index: 0 },
      ...fieldPath([], 'value'),
    ]
    expect(masked('Widget', path, 'x', { spec })).toBe('***')
  })

  it('variables inside an added container', () => {
    const container = {
      name: 'c',
      image: 'i',
      env: [
        { name: 'TOKEN', value: 'x' },
        { name: 'A', value: 'b' },
      ],
    }
    expect(masked('Deployment', fieldPath([], 'spec', 'containers'), [container])).toEqual([
      {
        name: 'c',
        image: 'i',
        env: [
          { name: 'TOKEN', value: '***' },
          { name: 'A', value: 'b' },
        ],
      },
    ])
  })

  it.each([
    ['postgres://app:hunter2@db/app', 'postgres://app:***@db/app'],
    ['https://example.org/a:b@c', 'https://example.org/a:b@c'],
    ['run --db-password=hunter2 --level=info', 'run --db-password=*** --level=info'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII', '***'],
    ['plain', 'plain'],
  ])('in the text %j', (text, shown) => {
    expect(masked('ConfigMap', fieldPath([], 'data', 'settings'), text)).toBe(shown)
  })

  it('a text field called a password is, a reference to a Secret is not', () => {
    expect(
      masked('Widget', fieldPath([], 'spec'), { password: 'x', secretName: 'y', secret: { key: 'z' } }),
    ).toEqual({
      password: '***',
      secretName: 'y',
      secret: { key: 'z' },
    })
  })
})
