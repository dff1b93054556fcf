import { at } from '../change.js'
import { spot, type Kind } from '../kind.js'

const GROUP = 'fate.example.org'
const text = { type: 'string' }

/** A definition with every kind of list and map that a schema can have. */
export const GADGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `gadgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema() } }],
  },
} as const

function schema(): object {
  const part = {
    type: 'object',
    required: ['name'],
    properties: { name: text, weight: { type: 'integer', default: 1 }, tags: { type: 'array', items: text } },
  }
  const properties = {
    size: { type: 'integer', default: 3 },
    mode: { type: 'string', default: 'auto' },
    memory: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern:
        '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
    },
    parts: {
      type: 'array',
      items: part,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    steps: { type: 'array', items: { type: 'object', properties: { run: text, user: text } } },
    options: { type: 'object', additionalProperties: text },
    whole: { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    limits: {
      type: 'object',
      properties: { low: { type: 'integer', default: 0 }, high: { type: 'integer' } },
    },
  }
  return { type: 'object', properties: { spec: { type: 'object', properties } } }
}

export const GADGET: Kind = {
  apiVersion: `${GROUP}/v1`,
  kind: 'Gadget',
  resource: 'gadgets',
  body: {
    spec: {
      size: 5,
      memory: '1Gi',
      parts: [{ name: 'a', weight: 2, tags: ['x'] }, { name: 'b' }],
      tags: ['red', 'blue'],
      steps: [{ run: 'one' }, { run: 'two', user: 'root' }],
      options: { fast: 'yes', safe: 'no' },
      whole: { one: '1' },
      open: { anything: { deep: [1, 2], flag: true }, empty: {} },
      limits: { high: 9 },
    },
  },
  optional: [
    'size',
    'memory',
    'parts',
    'parts[b]',
    'tags',
    'steps',
    'options',
    'whole',
    'open',
    'limits',
  ].map((name) => [at(`spec.${name}`)]),
  spots: [
    spot(at('spec.size'), 3, 7),
    spot(at('spec.mode'), 'auto', 'manual'),
    spot(at('spec.memory'), '2Gi', '1024Mi'),
    spot(at('spec.parts[a].weight'), 1, 5),
    spot(at('spec.parts[a].tags'), ['x', 'y']),
    spot(at('spec.parts[c]'), { weight: 4 }, {}),
    spot(at('spec.parts[c].weight'), 8),
    spot(at('spec.tags[=green]'), 'green'),
    spot(at('spec.tags[=red]'), 'red'),
    spot(
      at('spec.steps'),
      [{ run: 'one' }],
      [
        { run: 'one', user: 'me' },
        { run: 'two', user: 'root' },
      ],
    ),
    spot(at('spec.options.fast'), 'no', 'yes'),
    spot(at('spec.options.extra'), 'x'),
    spot(at('spec.whole'), { one: '1', two: '2' }, { two: '2' }),
    spot(at('spec.open.anything.flag'), false),
    spot(at('spec.open.anything.deep'), [1, 2, 3]),
    spot(at('spec.open.more'), { a: { b: 'c' } }, 'text'),
    spot(at('spec.open.more.a'), { d: 1 }),
    spot(at('spec.limits.low'), 0, 4),
    spot(at('spec.limits.high'), 10),
  ],
  lists: [at('spec.parts'), at('spec.tags'), at('spec.steps')],
}
