import fc from 'fast-check'
import { rarely, seldom } from './chance.js'
import type { ObjectName, Surroundings } from './contribution.js'
import { pick } from './contribution.js'
import { image } from './manifest.js'
import { oddValue, RAW } from './scalar.js'
import { PLAIN, spell } from './spelling.js'

/** A patch, and the objects it is for where it does not say so itself. */
export interface Patch {
  readonly patch: string
  readonly target?: Readonly<Record<string, unknown>>
}

export type PatchChoice = (around: Surroundings) => Patch

const index = fc.nat(20)

type Change = Readonly<Record<string, unknown>>

const CHANGES: readonly Change[] = [
  { metadata: { labels: { patched: 'yes' } } },
  { metadata: { annotations: { note: 'new', 'example.com/a': null } } },
  { metadata: { annotations: null } },
  { data: { a: 'patched', b: null } },
  { data: null },
  { data: { $patch: 'replace', only: 'this' } },
  { spec: { replicas: 5 } },
  { spec: { replicas: null } },
  { spec: { template: { spec: { containers: [{ name: 'app', image: 'patched:2' }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: 'patched' }] }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', $patch: 'delete' }] }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'new', image: 'new' }] } } } },
  { spec: { template: { spec: { containers: [{ name: 'sidecar', $patch: 'delete' }] } } } },
  { spec: { template: { spec: { containers: [{ $patch: 'replace' }, { name: 'one', image: 'x' }] } } } },
  { spec: { template: { spec: { $retainKeys: ['containers'], containers: [{ name: 'app' }] } } } },
  { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'sidecar' }, { name: 'app' }] } } } },
  { spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 443 }] } },
  { spec: { items: ['x'], nested: { list: null } } },
  { spec: { values: { a: { b: 1 }, key: null } } },
  { rules: [{ apiGroups: ['apps'], resources: ['*'], verbs: ['*'] }] },
  { $patch: 'delete' },
  { $patch: 'replace', spec: { all: 'new' } },
  {},
]

/** Changes of what the object is found by: it is not found. */
const MISLED: readonly Change[] = [{ metadata: { namespace: 'other' } }, { kind: 'Other' }]

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...MISLED) },
  { weight: 30, arbitrary: fc.constantFrom<Change>(...CHANGES) },
  { weight: 5, arbitrary: oddValue.map((value) => ({ spec: { odd: value, nested: { odd: value } } })) },
  {
    weight: 5,
    arbitrary: image.map((value) => ({
      spec: { template: { spec: { containers: [{ name: 'app', image: value }] } } },
    })),
  },
)

const strategic: fc.Arbitrary<PatchChoice> = fc
  .record({ index, change, isMissing: rarely(40, false, true), isBare: rarely(12, false, true) })
  .map((choice) => (around) => {
    const { apiVersion, kind, name, namespace } = pick(around, choice.index)
    const head = { apiVersion, kind, ...choice.change }
    const own = choice.change.metadata as object | undefined
    const metadata = {
      name: choice.isMissing ? 'nobody' : name,
      ...(!choice.isBare && namespace !== undefined ? { namespace } : {}),
      ...own,
    }
    return { patch: spell([{ ...head, metadata }], PLAIN) }
  })

const OPERATIONS: readonly object[] = [
  { op: 'add', path: '/metadata/annotations', value: { added: 'true' } },
  { op: 'add', path: '/metadata/annotations/note', value: 'new' },
  { op: 'add', path: '/metadata/labels/example.com~1part', value: 'x' },
  { op: 'replace', path: '/metadata/name', value: 'renamed' },
  { op: 'replace', path: '/spec/replicas', value: 9 },
  { op: 'add', path: '/spec/replicas', value: 2 },
  { op: 'remove', path: '/spec/replicas' },
  { op: 'remove', path: '/spec' },
  { op: 'add', path: '/spec', value: { fresh: [1, 'two', null, 1.5, true] } },
  { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'added', image: 'x' } },
  { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'json:1' },
  { op: 'remove', path: '/spec/template/spec/containers/1' },
  { op: 'add', path: '/spec/template/spec/containers/0/env/0', value: { name: 'Z', value: '0644' } },
  { op: 'test', path: '/kind', value: 'Deployment' },
  { op: 'copy', from: '/metadata/name', path: '/metadata/annotations' },
  { op: 'copy', from: '/metadata/name', path: '/data/copied' },
  { op: 'move', from: '/spec', path: '/moved' },
  { op: 'add', path: '/data', value: { json: 'yes' } },
  { op: 'replace', path: '/data/a', value: 'json' },
  { op: 'remove', path: '/data/a~1b' },
  { op: 'add', path: 'data/a', value: 'no slash' },
  { op: 'add', path: '/data/big', value: 12345678901234 },
  { op: 'frobnicate', path: '/spec' },
]

/** What can be done to every object, whatever it holds. */
const ALWAYS = OPERATIONS.filter((one) =>
  /"op":"add","path":"\/(?:data|spec|metadata\/annotations)"/.test(JSON.stringify(one)),
)

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...ALWAYS) },
  { weight: 1, arbitrary: fc.constantFrom(...OPERATIONS) },
)
const operations = fc.array(operation, { minLength: 1, maxLength: 2 })

const jsonText = fc
  .record({ operations, asJson: fc.boolean(), extra: seldom(oddValue, 5) })
  .map(({ operations: list, asJson, extra }) => {
    const all = extra === undefined ? list : [...list, { op: 'add', path: '/spec', value: { odd: extra } }]
    return asJson ? JSON.stringify(list) : spell([all], PLAIN)
  })

const byName = ({ kind, name }: ObjectName): object => ({ kind, name })

/** Every field of a selector, alone and with others; regular expressions are anchored by kustomize. */
const TARGETS: readonly ((object: ObjectName) => object)[] = [
  byName,
  byName,
  ({ kind }) => ({ kind }),
  ({ apiVersion, kind }) => ({ group: apiVersion.split('/').at(-2) ?? '', kind }),
  ({ apiVersion }) => ({ group: apiVersion.includes('/') ? apiVersion.split('/')[0] : '' }),
  ({ apiVersion, kind }) => ({ version: apiVersion.split('/').at(-1), kind }),
  ({ apiVersion }) => ({ version: apiVersion.split('/').at(-1) }),
  ({ name }) => ({ name: `${name.slice(0, 2)}.*` }),
  ({ name }) => ({ name: `(${name}|other)` }),
  ({ namespace, kind }) => ({ namespace: namespace ?? 'team', kind }),
  () => ({ kind: 'Deployment|StatefulSet' }),
  () => ({ labelSelector: 'app' }),
  () => ({ labelSelector: 'app=web' }),
  () => ({ labelSelector: 'app in (web, api),tier!=x' }),
  ({ kind }) => ({ kind, labelSelector: '!app' }),
  ({ kind }) => ({ kind, annotationSelector: 'note' }),
  () => ({ annotationSelector: 'note!=new' }),
  () => ({}),
  () => ({ kind: 'Nothing' }),
]
const WRONG_TARGETS: typeof TARGETS = [() => ({ name: '[' }), () => ({ labelSelector: 'a==b==c' })]

const selector = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...TARGETS) },
  { weight: 1, arbitrary: fc.constantFrom(...WRONG_TARGETS) },
)

const target = fc.tuple(selector, index).map(
  ([of, at]) =>
    (around: Surroundings) =>
      of(pick(around, at)) as Readonly<Record<string, unknown>>,
)

const targeted: fc.Arbitrary<PatchChoice> = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: jsonText.map((text) => () => text) },
      strategic.map((one) => (around: Surroundings) => one(around).patch),
    ),
    target,
  )
  .map(([text, of]) => (around) => ({ patch: text(around), target: of(around) }))

const BROKEN: readonly Patch[] = [
  { patch: '' },
  { patch: 'not: a patch' },
  { patch: '- op: add' },
  { patch: '[]', target: { kind: 'ConfigMap' } },
  { patch: '{', target: { kind: 'ConfigMap' } },
  { patch: '- {op: add, path: /spec, value: 1}' },
  { patch: 'apiVersion: v1\nkind: ConfigMap\n' },
  { patch: '# only a comment\n', target: { kind: 'Service' } },
]

/** Strategic-merge and JSON patches with and without a target. */
export const patch: fc.Arbitrary<PatchChoice> = fc.oneof(
  { weight: 20, arbitrary: strategic },
  { weight: 20, arbitrary: targeted },
  {
    weight: 2,
    arbitrary: fc.tuple(strategic, strategic).map(([one, two]) => (around: Surroundings) => ({
      patch: `${one(around).patch}---\n${two(around).patch}`,
    })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN).map((one) => () => one) },
)

/** What no reader of YAML is asked to print: raw texts in JSON become strings. */
export const withoutRaw = (text: string): string => text.replace(RAW, "''")
