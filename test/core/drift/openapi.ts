import { createSchema, type FieldType } from '@kubectl-gitops/core/drift/schema.js'

const STRING = { type: 'string' }
const NAMED = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }], default: {} })

/** A server's document, cut down to one kind of each shape. */
export const DOCUMENT = {
  components: {
    schemas: {
      'io.example.Thing': {
        'x-kubernetes-group-version-kind': [{ group: 'example.org', version: 'v1', kind: 'Thing' }],
        type: 'object',
        properties: {
          apiVersion: STRING,
          kind: STRING,
          metadata: {
            type: 'object',
            properties: {
              labels: { type: 'object', additionalProperties: STRING },
              annotations: { type: 'object', additionalProperties: STRING },
              finalizers: { type: 'array', items: STRING, 'x-kubernetes-list-type': 'set' },
            },
          },
          spec: NAMED('io.example.Spec'),
        },
      },
      'io.example.Spec': {
        type: 'object',
        properties: {
          name: STRING,
          count: { type: 'integer', format: 'int32' },
          replicas: { type: 'integer' },
          flag: { type: 'boolean' },
          target: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
          size: NAMED('io.k8s.apimachinery.pkg.api.resource.Quantity'),
          key: { type: 'string', format: 'byte' },
          at: { type: 'string', format: 'date-time' },
          limits: {
            type: 'object',
            additionalProperties: NAMED('io.k8s.apimachinery.pkg.api.resource.Quantity'),
          },
          selector: { ...NAMED('io.example.Selector'), 'x-kubernetes-map-type': 'atomic' },
          open: NAMED('io.example.Selector'),
          raw: { type: 'object' },
          more: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { known: STRING },
          },
          args: { type: 'array', items: STRING, 'x-kubernetes-list-type': 'atomic' },
          rules: { type: 'array', items: NAMED('io.example.Rule'), 'x-kubernetes-list-type': 'atomic' },
          ports: {
            type: 'array',
            items: NAMED('io.example.Port'),
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['port', 'protocol'],
          },
          env: {
            type: 'array',
            items: { type: 'object', properties: { name: STRING, value: STRING } },
            'x-kubernetes-patch-strategy': 'merge',
            'x-kubernetes-patch-merge-key': 'name',
          },
          volumes: {
            type: 'array',
            items: { type: 'object' },
            'x-kubernetes-patch-strategy': 'merge,retainKeys',
            'x-kubernetes-patch-merge-key': 'name',
          },
          oldSet: { type: 'array', items: STRING, 'x-kubernetes-patch-strategy': 'merge' },
          oldAtomic: { type: 'array', items: STRING },
          tree: NAMED('io.example.Tree'),
          loop: NAMED('io.example.Loop'),
        },
      },
      'io.example.Selector': {
        type: 'object',
        properties: { matchLabels: { type: 'object', additionalProperties: STRING } },
      },
      'io.example.Rule': {
        type: 'object',
        properties: { host: STRING, weight: { type: 'integer' }, tags: { type: 'array', items: STRING } },
      },
      'io.example.Port': {
        type: 'object',
        properties: { port: { type: 'integer' }, protocol: { ...STRING, default: 'TCP' }, name: STRING },
      },
      'io.example.Tree': {
        type: 'object',
        properties: { name: STRING, children: { type: 'array', items: NAMED('io.example.Tree') } },
      },
      'io.example.Loop': { allOf: [{ $ref: '#/components/schemas/io.example.Loop' }] },
      'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [STRING, { type: 'number' }] },
      'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
        format: 'int-or-string',
        oneOf: [{ type: 'integer' }, STRING],
      },
    },
  },
}

/** The type of the one kind in there. */
export const THING: FieldType = createSchema(new Map([['example.org/v1', DOCUMENT]])).typeOf(
  'example.org/v1',
  'Thing',
)!
