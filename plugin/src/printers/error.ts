import type { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { visible } from './text.js'

/** Prints an error for people: what, why (somebody's own words), what to try, and its stable code. */
export function printError(error: GitOpsError): string {
  const lines = [
    ...labelled('error: ', error.message),
    ...labelled('  why: ', error.why),
    ...labelled('  try: ', error.tryThis),
    ...labelled('  code: ', error.code),
  ]
  return `${lines.join('\n')}\n`
}

/** The lines of a text, the later ones below the first. */
function labelled(label: string, text = ''): readonly string[] {
  if (text === '') return []
  const indent = ' '.repeat(label.length)
  return text.split('\n').map((line, index) => `${index === 0 ? label : indent}${visible(line)}`)
}

/** The same as a versioned document. */
export function errorDocument(error: GitOpsError): unknown {
  return { apiVersion: 'kubectl-gitops/v1', kind: 'Error', ...errorFacts(error) }
}

/** What an error says, as a part of a document. */
export function errorFacts({ code, message, why, tryThis }: GitOpsError): object {
  return {
    code,
    message,
    ...(why === undefined ? {} : { why }),
    ...(tryThis === undefined ? {} : { tryThis }),
  }
}
