import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { TargetName } from '@kubectl-gitops/core/survey/scope-target.js'

const FORMS = 'kustomization/NAME, helmrelease/NAME, TYPE/NAME or TYPE NAME'

/**
 * Reads names as kubectl does: `TYPE/NAME` as often as wanted, or one TYPE and the NAMEs of it. Three parts are
 * TYPE, namespace and name; whether the type may be named so is for the server to say.
 * @throws GitOpsError USAGE for anything else
 */
export function readTargetNames(words: readonly string[]): readonly TargetName[] {
  const [first = ''] = words
  if (words.length < 2 || first.includes('/')) return words.map(readTarget)
  const [type, ...names] = words
  const mixed = names.find((name) => name.includes('/'))
  if (mixed !== undefined) {
    throw new GitOpsError('USAGE', {
      what: `${first} ${mixed}: there is no need for a type of its own beside names of the form TYPE/NAME`,
      tryThis: FORMS,
    })
  }
  return names.map((name) => readTarget(`${type ?? ''}/${name}`))
}

function readTarget(typed: string): TargetName {
  const parts = typed.split('/')
  const [type = '', second = '', third] = parts
  if (parts.length === 1 && type !== '') {
    throw new GitOpsError('USAGE', {
      what: `${typed} is a type without a name, or a name without a type`,
      why: `what can be named is ${FORMS}`,
      tryThis: `kustomization/${typed}`,
    })
  }
  if (parts.length > 3 || parts.includes('')) {
    throw new GitOpsError('USAGE', { what: `${typed} names no object`, tryThis: FORMS })
  }
  return third === undefined ? { type, name: second } : { type, namespace: second, name: third }
}
