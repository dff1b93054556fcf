/** One Kustomization for the real controller and for us. */
export interface Case {
  /** Its name, and its folder in the repository. */
  readonly name: string
  readonly manifest: string
  readonly postBuild: Readonly<Record<string, unknown>>
}

const map = (name: string, data: string, metadata = '') => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: default
${metadata}data:
${data.replace(/^(?=.)/gm, '  ')}
`

/** A ConfigMap with one key for each value, substituted bare: what YAML makes of it is the point. */
const bare = (name: string, values: readonly string[]): Case => ({
  name,
  manifest: map(name, values.map((_, i) => `k${i}: \${v${i}}`).join('\n')),
  postBuild: { substitute: Object.fromEntries(values.map((value, i) => [`v${i}`, value])) },
})

const LONG = 'the quick brown fox jumps over the lazy dog, and then it does so once more for good measure'

/** What the controller builds; a ConfigMap that is refused later has a digest all the same. */
export const BUILT: readonly Case[] = [
  bare('booleans', ['yes', 'no', 'on', 'Off', 'true', 'FALSE', 'y', 'N', 'truE']),
  bare('nulls', ['', '~', 'null', 'NULL', '""', "''", '  ', '.']),
  bare('integers', [
    '3',
    '-3',
    '+3',
    '007',
    '0644',
    '089',
    '0o17',
    '123456789012',
    '0x1F',
    '0b101',
    '1_000',
    '190:20:30',
  ]),
  bare('floats', ['1.0', '.5', '1e3', '1.5e-7', '1e21', '-0', '0.1', '1.', '6.02214076e23', '1e-7']),
  bare('times', ['2020-01-01', '2001-12-14t21:59:43.10-05:00', '12:30', '12:30:45', '1:2']),
  bare('collections', ['[a, b]', '{a: b}', '[]', '{}', '[1, "2", yes]', '{a: {b: [c]}}']),
  bare('syntax', [
    'a # comment',
    'a#b',
    '"a: b"',
    "'it''s'",
    '&anchor b',
    '!!str 12',
    '!!binary aGVsbG8=',
    '"\\u00e9"',
  ]),
  bare('spaces', ['a\tb', ' a ', 'a\r', 'é€😀', 'a\u0085b', 'a\r\n']),
  bare('folded', [
    LONG,
    `"${LONG}"`,
    `'${LONG}'`,
    LONG.replaceAll(' ', '-'),
    `${LONG}: x`.replace(':', ''),
    'a\nb\nc',
  ]),
  {
    name: 'quoted',
    manifest: map(
      'quoted',
      'double: "${v}"\nsingle: \'${v}\'\nnumber: "${n}"\nforced: \'"${n}"\'\ncolon: "a: ${n}"\nhash: "# ${n}"\n',
    ),
    postBuild: { substitute: { v: 'text', n: '42' } },
  },
  {
    name: 'blocks',
    manifest: map(
      'blocks',
      [
        'script: |\n  #!/bin/sh\n  echo "$HOME" $$HOME ${v} # ${n}\n\n  exit ${n}',
        'kept: |+\n  ${v}\n\n',
        'stripped: |-\n  ${v}\n    deeper ${n}',
        `folded: >\n  ${LONG} \${v}\n  ${LONG}`,
        'spaces: "  ${v}\\n\\n${n}\\n"',
      ].join('\n'),
    ),
    postBuild: { substitute: { v: LONG, n: '42' } },
  },
  {
    name: 'operators',
    manifest: map(
      'operators',
      [
        ...[
          '${v}',
          '${#v}',
          '${v^}',
          '${v^^}',
          '${v,}',
          '${v,,}',
          '${v:2}',
          '${v:2:3}',
          '${v:-4}',
          '${v: -4}',
        ],
        ...['${v/a/o}', '${v//a/o}', '${v/#a/o}', '${v/%a/o}', '${v#*.}', '${v##*.}', '${v%.*}', '${v%%.*}'],
        ...[
          '${none:-x}',
          '${none:=x}',
          '${none=x}',
          '${none:?x}',
          '${none:+x}',
          '${v:+x}',
          '${none:=${v}-${n}}',
        ],
        ...[
          '$v',
          '$$v',
          '$${v}',
          '$$$v',
          'a$',
          '${v/\\//-}',
          '${p//\\//-}',
          '${empty}',
          '${none:-}',
          '${u:0:2}',
        ],
      ]
        .map((text, i) => `k${i}: ${JSON.stringify(text)}`)
        .join('\n'),
    ),
    postBuild: { substitute: { v: 'alpha.beta.gamma', n: '7', p: '/a/b', empty: '', u: 'éa' } },
  },
  {
    name: 'disabled',
    manifest: [
      map('disabled-label', 'a: ${v}', '  labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n'),
      map(
        'disabled-annotation',
        'a: ${v}',
        '  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n',
      ),
      map(
        'disabled-by-another-word',
        'a: ${v}',
        '  labels: {kustomize.toolkit.fluxcd.io/substitute: Disabled}\n',
      ),
      map('disabled-not', 'a: ${v}'),
    ].join('---\n'),
    postBuild: { substitute: { v: 'text' } },
  },
  {
    name: 'always',
    manifest: map('always', 'a: ${none:=1}\nb: $${kept}\nc: "${none:-2}"'),
    postBuild: { substituteStrategy: 'Always' },
  },
  {
    name: 'without-variables',
    manifest: map('without-variables', 'a: ${none:=1}\nb: $${kept}'),
    postBuild: {},
  },
  {
    name: 'unused-variables',
    manifest: map('unused-variables', `a: "yes"\nc: 0644\nd: 1e21\ne: ${LONG}\nf: 1.50`),
    postBuild: { substitute: { v: 'text' } },
  },
  {
    name: 'metadata',
    manifest: map(
      '${v}-metadata',
      'a: b',
      '  labels: {port: "${n}", flag: "${b}", "${v}": x}\n  annotations: {port: "${n}", flag: "${b}", text: "${v}", none: "${empty}"}\n',
    ),
    postBuild: { substitute: { v: 'text', n: '42', b: 'true', empty: '' } },
  },
  {
    name: 'annotations',
    manifest: [
      map(
        'annotations-strings',
        'a: ${v}',
        '  annotations: {a: "${v}", b: "1", internal.config.kubernetes.io/x: "${v}"}\n',
      ),
      map('annotations-local', 'a: ${v}', '  annotations: {"config.kubernetes.io/${v}": "true"}\n'),
      map('annotations-none', 'a: ${v}', '  annotations: {}\n'),
    ].join('---\n'),
    postBuild: { substitute: { v: 'local-config' } },
  },
  {
    name: 'references',
    manifest: `apiVersion: v1
kind: ServiceAccount
metadata: {name: robot, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: robot-view}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "\${role}"}
subjects:
  - {kind: ServiceAccount, name: "\${robot}"}
  - {kind: ServiceAccount, name: "\${robot}", namespace: "\${space}"}
`,
    postBuild: { substitute: { role: 'view', robot: 'robot', space: 'default' } },
  },
  {
    name: 'objects',
    manifest: `apiVersion: apps/v1
kind: Deployment
metadata: {name: objects, namespace: default}
spec:
  replicas: \${replicas}
  paused: \${paused:=no}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.com/web:\${tag}
          args: ["--port=\${port}", "\${port}", "--name=\${name}"]
          ports: [{containerPort: "\${port}"}]
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: objects-a, namespace: default}, data: {a: "\${tag}"}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: objects-b, namespace: default}, data: {a: "\${name}"}}
`,
    postBuild: { substitute: { replicas: '2', tag: '1.10', port: '8080', name: 'web' } },
  },
  {
    name: 'sources',
    manifest: map('sources', 'a: ${a}\nb: ${b}\nc: ${c}\nd: ${d}\npassword: ${password}\nlines: ${lines}'),
    postBuild: {
      substitute: { d: 'inline' },
      substituteFrom: [
        { kind: 'ConfigMap', name: 'settings' },
        { kind: 'Secret', name: 'credentials' },
        { kind: 'ConfigMap', name: 'overrides' },
        { kind: 'ConfigMap', name: 'absent', optional: true },
      ],
    },
  },
]

/** What the controller refuses to build. */
export const REFUSED: readonly Case[] = [
  { name: 'not-set', manifest: map('not-set', 'a: ${none}'), postBuild: { substitute: { v: 'x' } } },
  { name: 'not-closed', manifest: map('not-closed', 'a: ${v-x}'), postBuild: { substitute: { v: 'x' } } },
  { name: 'wrong-name', manifest: map('wrong-name', 'a: b'), postBuild: { substitute: { 'v-1': 'x' } } },
  {
    name: 'wrong-always',
    manifest: map('wrong-always', 'a: ${v}'),
    postBuild: { substituteStrategy: 'Always' },
  },
  {
    name: 'wrong-kind',
    manifest: `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: wrong-kind}\nspec: {a: "\${#}"}\n`,
    postBuild: { substitute: { v: 'x' } },
  },
  {
    name: 'same-names',
    manifest: [map('same-${a}', 'a: b'), map('same-${b}', 'a: c')].join('---\n'),
    postBuild: { substitute: { a: 'x', b: 'x' } },
  },
  { name: 'not-yaml', manifest: map('not-yaml', 'a: ${v}'), postBuild: { substitute: { v: 'b: c: d' } } },
  {
    name: 'not-an-anchor',
    manifest: map('not-an-anchor', 'a: ${v}'),
    postBuild: { substitute: { v: '*nowhere' } },
  },
  {
    name: 'not-a-number',
    manifest: map('not-a-number', 'a: ${v}'),
    postBuild: { substitute: { v: '.inf' } },
  },
  {
    name: 'tab',
    manifest: [map('tab-not', 'a: ${v}'), map('tab', 'a: "\\t${v}\\n  x"'), map('tab-after', 'a: ${v}')].join(
      '---\n',
    ),
    postBuild: { substitute: { v: 'x' } },
  },
  {
    name: 'line-separator',
    manifest: map('line-separator', 'a: ${v}'),
    postBuild: { substitute: { v: 'a\u2028b' } },
  },
  {
    name: 'broken-line',
    manifest: map('broken-line', 'a: ${v}'),
    postBuild: { substitute: { v: 'x\rkind' } },
  },
]
