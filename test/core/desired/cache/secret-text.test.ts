import { describe, expect, it } from '@jest/globals'
import { holdsSecret, movesSecret } from '@kubectl-gitops/core/desired/cache/secret-text.js'

const object = (kind: string, rest: string): string =>
  `apiVersion: v1\n${rest}kind: ${kind}\nmetadata:\n  name: x\n`

describe('a printed build', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a Secret with data', object('Secret', 'data:\n  a: aHVudGVyMg==\n'), true],
    ['a Secret with stringData', `${object('Secret', '')}stringData:\n  a: hunter2\n`, true],
    [
      'a Secret behind another object',
      `${object('ConfigMap', '')}---\n${object('Secret', 'data:\n  a: eA==\n')}`,
      true,
    ],
    [
      'a Secret with half of it encrypted',
      object('Secret', 'data:\n  a: ENC[AES256_GCM,data:x]\n  b: eA==\n'),
      true,
    ],
    ['a Secret with lines of text', object('Secret', 'stringData:\n  a: |\n    ENC[AES256_GCM,x]\n'), true],
    ['a Secret with data in flow style', object('Secret', 'data: {a: eA==}\n'), true],
    ['a list with a Secret', `apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\nkind: List\n`, true],
    [
      'an encrypted Secret',
      `${object('Secret', 'data:\n  a: ENC[AES256_GCM,data:x,tag:y]\n')}sops:\n  mac: z\n`,
      false,
    ],
    ['a Secret without data', object('Secret', ''), false],
    ['a Secret with empty data', object('Secret', 'data: {}\n'), false],
    ['no Secret', object('ConfigMap', 'data:\n  kind: Secret\n'), false],
    [
      'a reference to a Secret',
      object('HelmRelease', '') + 'spec:\n  valuesFrom:\n  - kind: Secret\n',
      false,
    ],
    ['nothing', '', false],
  ]
  it.each(cases)('with %s holds one or not', (_, text, expected) => {
    expect(holdsSecret(text)).toBe(expected)
  })
})

describe('the inputs of a build', () => {
  it('may move a Secret’s value where they hold a Secret and replacements or variables', () => {
    const secret = new TextEncoder().encode('kind: Secret')
    expect(movesSecret([secret, 'replacements: []'])).toBe(true)
    expect(movesSecret(['secretGenerator: []\nvars: []'])).toBe(true)
    expect(movesSecret([secret, 'resources: []'])).toBe(false)
    expect(movesSecret(['kind: ConfigMap', 'replacements: []'])).toBe(false)
  })
})
