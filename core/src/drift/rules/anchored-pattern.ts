import { parsePattern, type Expression } from './pattern-syntax.js'

/** Answers whether a pattern matches the whole of a text, in time that grows with their lengths and no faster. */
export type AnchoredPattern = (text: string) => boolean

type Step =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'edge'; readonly end: boolean }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'done' }

const MOST_STEPS = 1000

/**
 * Compiles a regular expression that has to match a whole text, as those of Flux's selectors do. JavaScript's own can
 * take for ever over a pattern that somebody chose to be costly; Go's cannot, and neither can this one: all ways
 * through the pattern are followed at once (Thompson's construction). Throws a SyntaxError for what is not understood.
 */
export function anchoredPattern(source: string): AnchoredPattern {
  if (/^[\w/-]*$/.test(source)) return (text) => text === source
  const steps: Step[] = []
  emit(parsePattern(source), steps)
  steps.push({ kind: 'done' })
  return (text) => run(steps, text)
}

/** Appends the steps of an expression; every step goes on to the next one, but for forks. */
function emit(expression: Expression, steps: Step[]): void {
  if (steps.length > MOST_STEPS) throw new SyntaxError('the pattern is too large')
  switch (expression.kind) {
    case 'empty':
      return
    case 'character':
    case 'edge':
      steps.push(expression)
      return
    case 'sequence':
      for (const part of expression.parts) emit(part, steps)
      return
    case 'choice':
      emitChoice(expression.parts, steps)
      return
    case 'repeat':
      emitRepeat(expression, steps)
  }
}

function emitChoice([first, ...others]: readonly Expression[], steps: Step[]): void {
  if (first === undefined) return
  if (others.length === 0) {
    emit(first, steps)
    return
  }
  const fork = reserve(steps)
  emit(first, steps)
  const leap = reserve(steps)
  steps[fork] = { kind: 'fork', to: [fork + 1, steps.length] }
  emitChoice(others, steps)
  steps[leap] = { kind: 'fork', to: [steps.length] }
}

function emitRepeat({ part, least, most }: Extract<Expression, { kind: 'repeat' }>, steps: Step[]): void {
  for (let times = 0; times < least; times++) emit(part, steps)
  if (most === Infinity) {
    const fork = reserve(steps)
    emit(part, steps)
    steps.push({ kind: 'fork', to: [fork] })
    steps[fork] = { kind: 'fork', to: [fork + 1, steps.length] }
    return
  }
  const forks: number[] = []
  for (let times = least; times < most; times++) {
    forks.push(reserve(steps))
    emit(part, steps)
  }
  for (const fork of forks) steps[fork] = { kind: 'fork', to: [fork + 1, steps.length] }
}

/** Keeps a place whose step is not known yet. */
const reserve = (steps: Step[]): number => steps.push({ kind: 'done' }) - 1

function run(steps: readonly Step[], text: string): boolean {
  let at = reachable(steps, [0], { start: true, end: text.length === 0 })
  for (let position = 0; position < text.length; position++) {
    const character = text.charAt(position)
    const next = [...at].flatMap((index) => {
      const step = steps[index]
      return step?.kind === 'character' && step.test(character) ? [index + 1] : []
    })
    if (next.length === 0) return false
    at = reachable(steps, next, { start: false, end: position === text.length - 1 })
  }
  return [...at].some((index) => steps[index]?.kind === 'done')
}

/** Where one gets without reading a character. */
function reachable(
  steps: readonly Step[],
  from: readonly number[],
  edges: { readonly start: boolean; readonly end: boolean },
): ReadonlySet<number> {
  const seen = new Set<number>()
  const open = [...from]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (seen.has(index)) continue
    seen.add(index)
    const step = steps[index]
    if (step?.kind === 'fork') open.push(...step.to)
    if (step?.kind === 'edge' && (step.end ? edges.end : edges.start)) open.push(index + 1)
  }
  return seen
}
