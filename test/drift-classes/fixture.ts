import { appendFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'

/** What came of an object. */
export interface Outcome {
  readonly verdict: string
  readonly reason?: string | undefined
}

/** One test of a class: its verdict is what the page shows. */
export interface Fixture {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly got: string
}

/** Where the outcomes of a run are gathered, one JSON document a line; unset in an ordinary run. */
const GATHERED = process.env.DRIFT_CLASSES_FILE

/** `drifted (modified)`, as the page has it. */
export const words = ({ verdict, reason }: Outcome): string =>
  reason === undefined ? verdict : `${verdict} (${reason})`

/**
 * A test of one class of docs/drift-classes.md. The page is made from these calls: class, title and expected words
 * are read from the source.
 */
export function shows(id: string, title: string, expected: string, run: () => Promise<Outcome>): void {
  it(`${id}: ${title}`, async () => {
    const got = words(await run())
    if (GATHERED !== undefined)
      appendFileSync(GATHERED, `${JSON.stringify({ id, title, expected, got } satisfies Fixture)}\n`)
    expect(got).toBe(expected)
  })
}
