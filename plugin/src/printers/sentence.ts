import type { FieldRecord } from '@kubectl-gitops/core/drift/report.js'
import { formatJson } from '@kubectl-gitops/core/json.js'
import { actorName, fateOf } from './field.js'
import { visible } from './text.js'
import { inline } from './value.js'

/** The longest text of a value in a sentence. */
const LONGEST = 200

/** A value on one line, however long it is. */
export function shortValue(value: unknown): string {
  const text = inline(value) ?? (typeof value === 'string' ? value : formatJson(value))
  return visible(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
}

/** Both sides of a field: `git 3, live 5`. */
export function sidesIn(field: FieldRecord): string {
  if (field.op === 'reordered') return 'order differs'
  const git = field.op === 'added' ? '(not in Git)' : shortValue(field.git)
  const live = field.op === 'removed' ? '(not there)' : shortValue(field.live)
  return `git ${git}, live ${live}`
}

/** Who wrote a field, and when: `kubectl-edit (Update), 2026-03-01T11:49:00Z`; undefined where nobody is known. */
export function authorOf({ actor }: FieldRecord): string | undefined {
  if (actor === undefined) return undefined
  return visible([actorName(actor), actor.time].filter((part) => part !== undefined).join(', '))
}

/** All of a field in one line, with times that stay true: `spec.replicas: git 3, live 5; kubectl-edit (Update), …`. */
export function fieldSentence(field: FieldRecord): string {
  const parts = [`${visible(field.field)}: ${sidesIn(field)}`, authorOf(field), visible(fateOf(field))]
  return parts.filter((part) => part !== undefined).join('; ')
}
