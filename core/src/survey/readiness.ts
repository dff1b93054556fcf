import type { Condition } from '../desired/kustomization.js'
import { wordsOf } from './kustomization-finding.js'
import type { State } from './status-report.js'

/** How an object of Flux is, by its Ready condition: with the reason and, where it is not ready, the words. */
export interface Readiness {
  readonly state: State
  readonly reason?: string
  readonly message?: string
}

/** Reads a Ready condition; one that is not there yet is not ready either. */
export function readinessOf(ready: Condition | undefined): Readiness {
  if (ready === undefined) return { state: 'not-ready', message: 'Flux has not reconciled it yet' }
  if (ready.status === 'True') return { state: 'ready', reason: ready.reason }
  return { state: 'not-ready', reason: ready.reason, message: wordsOf(ready) }
}
