import type { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { visible } from './text.js'

/** Prints an error for people: what, why (somebody's own words), what to try, and its stable code. */
export function printError(error: GitOpsError): string {
  const lines = [`error: ${error.message}`]
  if (error.why !== undefined) lines.push(`  why: ${error.why.replaceAll('\n', '\n       ')}`)
  if (error.tryThis !== undefined) lines.push(`  try: ${error.tryThis}`)
  return `${lines.map(visible).join('\n')}\n  code: ${error.code}\n`
}

/** The same as a versioned document. */
export function errorDocument(error: GitOpsError): unknown {
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'Error',
    code: error.code,
    message: error.message,
    ...(error.why === undefined ? {} : { why: error.why }),
    ...(error.tryThis === undefined ? {} : { tryThis: error.tryThis }),
  }
}
