import { formatJson } from '../../json.js'

type Labels = Readonly<Record<string, string>>
type Term = (labels: Labels) => boolean

const NAME = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?`
const TERM = new RegExp(
  String.raw`^\s*(?:(!)\s*(${NAME})|(${NAME})\s*(?:(==?|!=)\s*([A-Za-z0-9._-]*)|\s(in|notin)\s*\(([^()]*)\))?)\s*$`,
)

/**
 * Reads a label selector as kubectl and Flux write it: `app=web,tier!=gold,env in (a,b),!old,team`. Throws a
 * SyntaxError that names the term that is none. Source: apimachinery pkg/labels/selector.go.
 */
export function labelSelector(text: string): (labels: Labels | undefined) => boolean {
  const terms = text.split(/,(?![^(]*\))/).map(readTerm)
  return (labels) => terms.every((term) => term(labels ?? {}))
}

function readTerm(text: string): Term {
  const match = TERM.exec(text)
  if (match === null) throw new SyntaxError(`${formatJson(text.trim())} is not a term of a label selector`)
  const [, not, absent = '', name = '', operator, value = '', set, values = ''] = match
  if (not !== undefined) return (labels) => !Object.hasOwn(labels, absent)
  if (set !== undefined) {
    const listed = new Set(values.split(',').map((one) => one.trim()))
    // As in Kubernetes, what has no such label is not in the set.
    return (labels) => (Object.hasOwn(labels, name) && listed.has(labels[name] ?? '')) === (set === 'in')
  }
  if (operator === undefined) return (labels) => Object.hasOwn(labels, name)
  return (labels) => (labels[name] === value) === (operator !== '!=')
}
