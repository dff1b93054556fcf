import { describe, expect, it } from '@jest/globals'
import { readRules, rulesInForce, rulesNotes } from '@kubectl-gitops/core/drift/rules/rules-file.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

const HEAD = 'apiVersion: kubectl-gitops/v1\nkind: DriftRules\nrules:\n'
const RULE = '  - paths: [/spec/replicas]\n    reason: scaled for the sale\n    expires: 2026-12-31\n'
const WEB: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
}

const faults = (text: string): readonly string[] => {
  try {
    readRules(text, 'rules.yaml')
  } catch (thrown) {
    if (thrown instanceof GitOpsError && thrown.code === 'RULES_INVALID')
      return (thrown.why ?? '').split('\n')
    throw thrown
  }
  return []
}
const ruleOf = (more: string) => readRules(HEAD + RULE + more, 'rules.yaml').rules[0]?.rule

describe('a rules file', () => {
  it('is read with the place of each rule', () => {
    const { file, rules } = readRules(
      `${HEAD}${RULE}    name: sale\n${RULE.replace('replicas', 'paused')}`,
      'rules.yaml',
    )
    expect(file).toBe('rules.yaml')
    expect(rules.map(({ rule, ...rest }) => [rule.id, rule.because, rest])).toEqual([
      ['user/sale', 'scaled for the sale', { position: '4:5', expires: '2026-12-31' }],
      ['user/rules[1]', 'scaled for the sale', { position: '8:5', expires: '2026-12-31' }],
    ])
  })

  it.each([
    ['', true],
    ['    target: {group: apps, version: v1, kind: Deployment, name: we.*, namespace: shop|test}', true],
    ['    target: {name: we}', false],
    ['    target: {kind: deployment}', false],
    ['    target: {kind: (?i)deployment}', true],
    ['    target: {labelSelector: "app in (web,api)"}', true],
    ['    target: {labelSelector: app!=web}', false],
  ])('with %p selects a Deployment: %p', (target, expected) => {
    expect(ruleOf(target)?.selects(WEB)).toBe(expected)
  })

  it('names the writers by field manager or by class, or lets all of them be', () => {
    const actor = (manager: string, name: 'person' | 'automation') => ({
      class: name,
      manager,
      operation: 'Update',
    })
    const kubectl = actor('kubectl-edit', 'person')
    const terraform = actor('Terraform', 'automation')
    const verdicts = (more: string) => {
      const rule = ruleOf(more)
      return [[], [kubectl], [terraform], [kubectl, terraform]].map((actors) => rule?.writtenBy(actors))
    }
    expect(verdicts('')).toEqual([true, true, true, true])
    expect(verdicts('    managers: [kubectl-.*]')).toEqual([false, true, false, false])
    expect(verdicts('    actors: [automation]')).toEqual([false, false, true, false])
    expect(verdicts('    actors: [automation]\n    managers: [kubectl-edit]')).toEqual([
      false,
      true,
      true,
      true,
    ])
  })

  it.each<[string, string, readonly string[]]>([
    ['nothing', '', ['rules.yaml:1:1: it has no YAML document of kind DriftRules']],
    ['a list', '- a\n', ['rules.yaml:1:1: the file is not a mapping']],
    [
      'another kind',
      HEAD.replace('DriftRules', 'Rules').replace('/v1', '/v2') + RULE,
      [
        'rules.yaml:1:13: apiVersion: kubectl-gitops/v2 is not known, kubectl-gitops/v1 is',
        'rules.yaml:2:7: kind: Rules is not DriftRules',
      ],
    ],
    [
      'unknown keys',
      `${HEAD}${RULE}    path: /spec\n    owner: me\nrule: []\n`,
      [
        'rules.yaml:7:5: rules[0] has no field "path": did you mean paths?',
        'rules.yaml:8:5: rules[0] has no field "owner": it has name, paths, managers, actors, target, reason, expires',
        'rules.yaml:9:1: the file has no field "rule": did you mean rules?',
      ],
    ],
    [
      'missing fields',
      `${HEAD}  - name: a\n`,
      [
        'rules.yaml:4:5: rules[0] has no paths',
        'rules.yaml:4:5: rules[0] has no reason',
        'rules.yaml:4:5: rules[0] has no expires',
      ],
    ],
    [
      'values of the wrong type',
      `${HEAD}  - paths: /spec\n    reason: 7\n    expires: ''\n    target: Deployment\n    managers: []\n`,
      [
        'rules.yaml:4:12: rules[0].paths is not a list',
        'rules.yaml:5:13: rules[0].reason is not a text',
        'rules.yaml:6:14: rules[0].expires is empty',
        'rules.yaml:7:13: rules[0].target is not a mapping',
        'rules.yaml:8:15: rules[0].managers is empty',
      ],
    ],
    [
      'values that say nothing',
      `${HEAD}  - paths: [spec, /a/~x]\n    reason: r\n    expires: 2026-02-30\n    actors: [persons]\n` +
        '    target: {name: "(a", labelSelector: "a in", kindd: x}\n',
      [
        'rules.yaml:4:13: rules[0].paths[0]: a path begins with / (RFC 6901)',
        'rules.yaml:4:19: rules[0].paths[1]: ~ is written ~0, and / in a name ~1 (RFC 6901)',
        'rules.yaml:6:14: rules[0].expires: 2026-02-30 is not a day like 2026-12-31',
        'rules.yaml:7:14: rules[0].actors[0]: persons is none of flux, person, automation, autoscaler, controller: did you mean person?',
        'rules.yaml:8:20: rules[0].target.name: a ( is not closed',
        'rules.yaml:8:41: rules[0].target.labelSelector: "a in" is not a term of a label selector',
        'rules.yaml:8:49: rules[0].target has no field "kindd": did you mean kind?',
      ],
    ],
    [
      'two rules of one name',
      `${HEAD}${RULE}    name: a\n${RULE}    name: a\n`,
      ['rules.yaml:8:5: two rules have the name a'],
    ],
    [
      'aliases',
      `${HEAD}${RULE.replace('[/spec/replicas]', '&p [/a]')}${RULE.replace('[/spec/replicas]', '*p')}`,
      ['rules.yaml:7:12: rules[1].paths is an alias: write it out'],
    ],
    [
      'no YAML',
      'a: [b\n',
      ['rules.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['a key twice', `${HEAD}  []\nkind: a\n`, ['rules.yaml:5:1: Map keys must be unique']],
  ])('with %s is refused, with line and column', (_, text, expected) => {
    expect(faults(text)).toEqual(expected)
  })

  it('holds through the day on which it expires, and then says so', () => {
    const file = readRules(HEAD + RULE, 'rules.yaml')
    const on = (day: string) => {
      const now = new Date(day)
      return [rulesInForce(file, now).length, rulesNotes(file, now, new Set())]
    }
    expect(on('2026-12-31T23:59:59Z')).toEqual([
      1,
      ['1 rule of rules.yaml applied to what is live', 'rules.yaml:4:5: rule rules[0] explained nothing'],
    ])
    expect(on('2027-01-01T00:00:00Z')).toEqual([
      0,
      [
        '0 rules of rules.yaml applied to what is live',
        'rules.yaml:4:5: rule rules[0] expired on 2026-12-31 and is not applied',
      ],
    ])
  })

  it('is not called idle where it explained something, or where not everything was looked at', () => {
    const file = readRules(HEAD + RULE, 'rules.yaml')
    const notes = ['1 rule of rules.yaml applied to what is live']
    const now = new Date('2026-11-28T00:00:00Z')
    expect(rulesNotes(file, now, new Set(['user/rules[0]']))).toEqual(notes)
    expect(rulesNotes(file, now, undefined)).toEqual(notes)
  })
})
