import fc from 'fast-check'

/** `NAME` stands for a name that nothing else in the case has. */
const map = (rest: string, metadata = 'name: NAME'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {${metadata}}\n${rest}\n`

const widget = (rest: string): string =>
  `apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: NAME\n${rest}\n`

/** Documents that are valid, if only just. */
const UNUSUAL = [
  map('data: {<<: {a: "1"}, b: "2"}'),
  map('x-base: &base {a: "1"}\ndata: *base'),
  widget('spec:\n  base: &base {a: 0644, b: yes}\n  one: *base\n  two: {<<: *base, b: no}'),
  widget('spec:\n  list: &list [1, 2]\n  again: *list\n  both: [*list, *list]'),
  widget('spec:\n  one: &one {a: 1}\n  two: &two {b: 2}\n  all:\n    <<: [*one, *two]\n    c: 3'),
  widget('spec: {1: a, true: b, 1.5: c}'),
  widget('spec:\n  ? long\n  : short'),
  widget('# a comment\nspec: # behind\n  # before\n  a: 1 # after\n  # foot\n# end'),
  widget('spec:\n  - a\n  -\n  - - b\n    - c\n  - {}\n  - []\n  -   d: 1\n      e: 2'),
  widget('spec:\n    a: 1\n    b:\n            c: 2'),
  widget('spec: !custom {a: !other b}'),
  widget('spec: {a: \'one\n\n  two\', b: "x \\\n  y"}'),
  widget('spec:\n  text: |\n    \ttabbed\n      deep\n\n    end   \n  next: >1\n   x'),
  widget('spec: {date: 2001-12-14, time: 2001-12-14T21:59:43Z, yes: no, 0644: 0o17}'),
  map('data: {a: 1}'),
  map('data: {a: null}'),
  map('data: {a: true}'),
  map('data:'),
  map('data: {}\nbinaryData: {b: aGVsbG8=}\nimmutable: true'),
  map('data: {a: "1"}', 'name: NAME, annotations: {}, labels: {}'),
  map('data: {a: "1"}', 'name: NAME, annotations: , labels: null'),
  map('data: {a: "1"}', 'name: NAME, creationTimestamp: null, namespace: ""'),
  map('data: {a: "1"}', 'name: NAME, annotations: {config.kubernetes.io/local-config: "true"}'),
  map('data: {a: "1"}', 'name: NAME, finalizers: [], ownerReferences: [{name: x}]'),
  map('data: {a: "1"}', 'name: "NAME", unknown: {x: 1}'),
  'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}\n',
  'apiVersion: v1\nkind: List\nitems: []\n',
  'apiVersion: v1\nkind: ServiceList\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: NAME}}\n',
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"data":{"a":"\\u00e9\\/"}}\n',
  'kind: ConfigMap\napiVersion: v1\ndata: {z: "1", a: "2"}\nmetadata: {name: NAME}\n',
  '"apiVersion": "v1"\n\'kind\': ConfigMap\nmetadata: {"name": NAME}\n',
  'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: NAME}}\n',
  '# nothing\n',
  '',
  '{}\n',
  '~\n',
  '[]\n',
]

/** Documents that no build takes; which words it has for them is the question. */
const BROKEN = [
  widget('spec: {~: a, "": b}'),
  widget('spec:\n  ? [a, b]\n  : c'),
  widget('spec: {a: 1, a: 2}'),
  widget('spec:\n  a: {x: 1}\n  a: {y: 2}'),
  map('data: {a: "1", a: "2"}'),
  map('data: {a: "1"}', 'name: 123'),
  map('data: {a: "1"}', 'name: yes'),
  map('data: {a: "1"}', 'name: [NAME]'),
  map('data: {a: "1"}', 'generateName: NAME-'),
  map('data: {a: "1"}', 'namespace: team'),
  map('data: {a: "1"}', 'name: NAME, namespace: 7'),
  map('data: {a: "1"}', 'name: NAME, labels: [a]'),
  map('data: {a: "1"}', 'name: NAME, labels: {a: 1}'),
  map('data: {a: "1"}', 'name: NAME, annotations: {a: true}'),
  map('data: {a: "1"}', 'name: NAME, annotations: {a: {b: c}}'),
  map('data: [1]'),
  map('data: *unknown'),
  map('data: {a: "1"'),
  map('data:\n\ta: "1"'),
  map('data: {a: "open}'),
  map('data:\n  a: 1\n b: 2'),
  map('data: @x'),
  map('data: %x'),
  map('data: a: b'),
  map('data: "\\q"'),
  map('- a'),
  map('data: {a: "1"}').replace('apiVersion: v1\n', ''),
  map('data: {a: "1"}').replace('kind: ConfigMap\n', ''),
  map('data: {a: "1"}').replace('apiVersion: v1', 'apiVersion: 1'),
  map('data: {a: "1"}').replace('apiVersion: v1', 'apiVersion: a/b/c'),
  map('data: {a: "1"}').replace('kind: ConfigMap', 'kind: ""'),
  'apiVersion: v1\nkind: ConfigMap\n',
  'apiVersion: v1\nkind: ConfigMap\nmetadata: NAME\n',
  'apiVersion: v1\nkind: List\nitems: {a: 1}\n',
  'apiVersion: v1\nkind: List\nitems: [{a: 1}]\n',
  'name: {{ .Values.name }}\n',
  'just text\n',
  '- a\n- b\n',
  '42\n',
  'services:\n  web: {image: web}\n',
  'kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nmetadata: {name: NAME}\n',
  '\u0000\n',
  'a: \u0001\n',
]

/** One document as text. */
export const oddDocument: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...UNUSUAL) },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
)
