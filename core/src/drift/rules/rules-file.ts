import type { Node } from 'yaml'
import { nearWord } from '../../near-word.js'
import { ACTOR_CLASSES, type Actor, type ActorClass } from '../actor.js'
import { anchoredPattern, type AnchoredPattern } from './anchored-pattern.js'
import { parseFieldPattern } from './field-pattern.js'
import type { Rule } from './rule.js'
import { NodeReader } from './rules-node.js'
import { fieldTest, TARGET_FIELDS, type Target } from './target.js'

/** Rules that users bring: `.gitops-drift.yaml`. */
export interface RulesFile {
  /** As it was named, for messages. */
  readonly file: string
  readonly rules: readonly UserRule[]
}

export interface UserRule {
  readonly rule: Rule
  /** `line:column` in the file. */
  readonly position: string
  /** The last day on which it holds, `2026-12-31`. */
  readonly expires: string
}

const MOST_RULES = 1000
const RULE_FIELDS = ['name', 'paths', 'managers', 'actors', 'target', 'reason', 'expires'] as const

/**
 * Reads a rules file. Throws GitOpsError RULES_INVALID with line and column of everything that is wrong: a rule that
 * is half understood could hide drift.
 * @param file its name, for messages
 */
export function readRules(text: string, file: string): RulesFile {
  const reader = new NodeReader(file)
  const root = reader.root(text)
  const top = ['apiVersion', 'kind', 'rules'] as const
  const fields = reader.mapping(root, 'the file', { known: top, required: top })
  reader.make(fields.get('apiVersion'), 'apiVersion', (version) => {
    if (version !== API_VERSION) throw new SyntaxError(`${version} is not known, ${API_VERSION} is`)
  })
  reader.make(fields.get('kind'), 'kind', (kind) => {
    if (kind !== 'DriftRules') throw new SyntaxError(`${kind} is not DriftRules`)
  })
  const nodes = fields.has('rules') ? reader.list(fields.get('rules'), 'rules') : []
  if (nodes.length > MOST_RULES) reader.fault(nodes[MOST_RULES], `more than ${MOST_RULES} rules`)
  const rules = nodes.slice(0, MOST_RULES).map((node, index) => readRule(reader, node, index))
  refuseTwins(reader, nodes, rules)
  reader.finish()
  return { file, rules }
}

const API_VERSION = 'kubectl-gitops/v1'

function readRule(reader: NodeReader, node: Node, index: number): UserRule {
  const what = `rules[${index}]`
  const fields = reader.mapping(node, what, { known: RULE_FIELDS, required: ['paths', 'reason', 'expires'] })
  const text = (field: (typeof RULE_FIELDS)[number]): string | undefined =>
    fields.has(field) ? reader.text(fields.get(field), `${what}.${field}`) : undefined
  const managers = reader.made(fields.get('managers'), `${what}.managers`, anchoredPattern)
  const actors = reader.made(fields.get('actors'), `${what}.actors`, readActor)
  const expires = fields.has('expires')
    ? reader.make(fields.get('expires'), `${what}.expires`, readDay)
    : undefined
  return {
    position: reader.position(node),
    expires: expires ?? '',
    rule: {
      id: `user/${text('name') ?? what}`,
      selects: readTargetNode(reader, fields.get('target'), `${what}.target`),
      patterns: reader.made(fields.get('paths'), `${what}.paths`, parseFieldPattern),
      writtenBy: writerTest(managers, actors),
      byKind: false,
      unowned: false,
      reach: 'git',
      because: text('reason') ?? '',
    },
  }
}

function readTargetNode(reader: NodeReader, node: Node | undefined, what: string): Target {
  if (node === undefined) return () => true
  const fields = reader.mapping(node, what, { known: TARGET_FIELDS })
  const tests = TARGET_FIELDS.flatMap((field) => {
    if (!fields.has(field)) return []
    const test = reader.make(fields.get(field), `${what}.${field}`, (text) => fieldTest(field, text))
    return test === undefined ? [] : [test]
  })
  return (object) => tests.every((test) => test(object))
}

/** Without managers and actors it does not matter who wrote a field, nor whether anybody is known to have. */
function writerTest(managers: readonly AnchoredPattern[], actors: readonly ActorClass[]): Rule['writtenBy'] {
  if (managers.length === 0 && actors.length === 0) return () => true
  const fits = ({ manager, class: own }: Actor): boolean =>
    managers.some((matches) => matches(manager)) || actors.includes(own)
  return (writers) => writers.length > 0 && writers.every(fits)
}

function readActor(text: string): ActorClass {
  const found = ACTOR_CLASSES.find((one) => one === text)
  if (found !== undefined) return found
  const near = nearWord(text, ACTOR_CLASSES)
  throw new SyntaxError(
    `${text} is none of ${ACTOR_CLASSES.join(', ')}${near === undefined ? '' : `: did you mean ${near}?`}`,
  )
}

/** A day of the calendar. */
function readDay(text: string): string {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  if (date === undefined || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text)
    throw new SyntaxError(`${text} is not a day like 2026-12-31`)
  return text
}

function refuseTwins(reader: NodeReader, nodes: readonly Node[], rules: readonly UserRule[]): void {
  const seen = new Set<string>()
  for (const [index, { rule }] of rules.entries()) {
    if (seen.has(rule.id))
      reader.fault(nodes[index], `two rules have the name ${rule.id.slice('user/'.length)}`)
    seen.add(rule.id)
  }
}

/** The rules that hold on a day; the last day counts, in UTC. */
export function rulesInForce({ rules }: RulesFile, now: Date): readonly Rule[] {
  return rules.filter((one) => !isExpired(one, now)).map(({ rule }) => rule)
}

const isExpired = ({ expires }: UserRule, now: Date): boolean => expires < now.toISOString().slice(0, 10)

/**
 * What is to be said of a rules file after it was used: that it was, which rules have expired, and which had nothing
 * to explain.
 * @param used ids of the rules that explained something; undefined where not everything was looked at
 */
export function rulesNotes(
  { file, rules }: RulesFile,
  now: Date,
  used: ReadonlySet<string> | undefined,
): readonly string[] {
  const expired = rules.filter((one) => isExpired(one, now))
  const idle = rules.filter((one) => !isExpired(one, now) && used?.has(one.rule.id) === false)
  const held = rules.length - expired.length
  return [
    `${held} ${held === 1 ? 'rule' : 'rules'} of ${file} applied to what is live`,
    ...expired.map(
      ({ rule, position, expires }) =>
        `${file}:${position}: rule ${shortId(rule)} expired on ${expires} and is not applied`,
    ),
    ...idle.map(({ rule, position }) => `${file}:${position}: rule ${shortId(rule)} explained nothing`),
  ]
}

const shortId = ({ id }: Rule): string => id.slice('user/'.length)
