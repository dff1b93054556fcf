import fc from 'fast-check'
import type { TestFile } from '../../support/git-repository.js'

type Files = Readonly<Record<string, TestFile>>

const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

/** Files that lie about beside manifests and do no harm. */
const STRAY: Files = {
  'README.md': '# Read me\n',
  'notes.txt': map('notes'),
  'script.sh': { executable: '#!/bin/sh\necho hi\n' },
  'tool.yaml': { executable: map('executable') },
  'picture.png': Uint8Array.of(137, 80, 78, 71, 0, 255),
  '.hidden.yaml': map('hidden'),
  'upper.YAML': 'no: manifest\n',
  'data.yaml.bak': 'no: manifest\n',
  'data.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"json"}}',
  'link.yaml': { link: 'one.yaml' },
  'outside.yaml': { link: '../../../etc/hostname' },
  'folder-link': { link: '..' },
  '.sops.yaml': 'creation_rules: []\n',
  '.flux.yaml': 'version: 1\n',
  '.github/workflows/test.yaml': 'on: push\n',
  '.gitignore': '*.txt\n',
  'empty.yaml': '',
  'with space.yaml': map('space'),
  'ünïcode.yaml': map('unicode'),
  'deep/er/still/x.yml': map('deep'),
  'a.yaml/inner.yaml': map('inner'),
  'a-b/x.yaml': map('before'),
  'a/x.yaml': map('behind'),
  'empty/.gitkeep': '',
  "quote's.yaml": map('quote'),
}

/** Files that a build without a kustomization file cannot read. */
const SPOILED: Files = {
  'binary.yaml': Uint8Array.of(0, 255, 254, 10),
  'latin.yaml': Uint8Array.from(Buffer.from(`${map('latin')}data: {a: \xe9}\n`, 'latin1')),
  'values.yaml': 'replicas: 1\n',
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'templates/web.yaml': 'name: {{ .Values.name }}\n',
}

export const strayFile: fc.Arbitrary<Files> = fc
  .oneof(
    { weight: 9, arbitrary: fc.constantFrom(...Object.entries(STRAY)) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.entries(SPOILED)) },
  )
  .map(([path, file]) => ({ [path]: file }))

const rule = fc.constantFrom(
  ...[
    '*.yaml',
    '/*',
    '!/apps',
    '!/base',
    'apps/',
    '*.md',
    '**/one.yaml',
    'one.*',
    '!one.yaml',
    '# comment',
    '',
  ],
  ...[
    '/apps/*.yaml',
    '!*.yml',
    'nested/',
    '/apps/nested',
    '!/apps/nested/*.yaml',
    '*',
    '!*.yaml',
    '[ot]*.yaml',
  ],
  ...[
    'kustomization.yaml',
    '/case/',
    '!kustomization.*',
    'parts',
    '**/nested/**',
    '!**/',
    '\\!x',
    'two.yaml ',
  ],
)

/** Folders left out, and some of what lies below taken in again: Git would not. */
const REINCLUSIONS = [
  ['/*', '!/apps', '!/base', '!/parts'],
  ['apps/nested/', '!apps/nested/*.yaml'],
  ['/apps', '!/apps/one.yaml', '!/apps/kustomization.*'],
  ['*', '!*.yaml', '!*.yml', '!Kustomization'],
  ['**/nested/**', '!**/nested/one.yaml'],
]

/** The text of a `.sourceignore` file or of `spec.ignore`. */
export const ignoreRules: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.array(rule, { minLength: 1, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom(...REINCLUSIONS) },
    ),
    fc.constantFrom('\n', '\n', '\r\n'),
  )
  .map(([rules, end]) => `${rules.join(end)}${end}`)
