import { existsSync } from 'node:fs'
import { describe } from '@jest/globals'
import { whySkipped } from './binaries.js'
import type { Binary } from './binaries.js'

/** `describe` for tests that need these binaries: skipped with the reason in the title where one cannot be had. */
export function describeWith(names: readonly Binary[], title: string, body: () => void): void {
  const reason = whySkipped(names)
  if (reason === undefined) describe(title, body)
  else describe.skip(`${title} (${reason})`, body)
}

/**
 * `describe` for tests that read the corpora, and may need binaries: skipped with the reason in the title where the folder
 * is absent, or one cannot be had.
 */
export function describeInCorpora(
  folder: string,
  title: string,
  body: () => void,
  names: readonly Binary[] = [],
): void {
  if (existsSync(folder)) describeWith(names, title, body)
  else describe.skip(`${title} (skipped: the corpora are absent)`, body)
}
