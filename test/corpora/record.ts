import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../differential/outcome.js'
import type { Subject } from './subject.js'

const FILE = join(import.meta.dirname, 'controller.json')

/** A digest, or the words of a failure. */
type Answer = string | { readonly words: string }

/** What the real controller made of every subject: corpus, commit, title. */
export type Answers = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Answer>>>>>>

/** Its answers when they were last written; they are what the builds of every commit are held against. */
export function readAnswers(): Answers {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Answers
}

/** Its answer to one subject; undefined where it was never asked. */
export function answerTo(answers: Answers, { corpus, point, title }: Subject): Outcome | undefined {
  const answer = answers[corpus]?.[point.label]?.[title]
  return typeof answer === 'string' ? { digest: answer } : answer
}

/** Writes the answers down; those who were not asked have none. */
export function writeAnswers(subjects: readonly Subject[], outcomes: ReadonlyMap<Subject, Outcome>): void {
  const answers: Record<string, Record<string, Record<string, Answer>>> = {}
  for (const subject of subjects) {
    const { corpus, point, title } = subject
    const outcome = outcomes.get(subject)
    if (outcome === undefined || 'silent' in outcome) continue
    const commits = (answers[corpus] ??= {})
    const titles = (commits[point.label] ??= {})
    titles[title] = 'digest' in outcome ? outcome.digest : { words: outcome.words }
  }
  writeFileSync(FILE, `${JSON.stringify(answers, undefined, 2)}\n`)
}
