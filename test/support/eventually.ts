import { setTimeout as sleep } from 'node:timers/promises'

export interface Patience {
  readonly timeoutMs: number
  readonly everyMs?: number
  /** What to say when time is up. */
  readonly complaint: () => string | Promise<string>
}

/** Asks again until there is an answer other than undefined; throws the complaint when time is up. */
export async function eventually<T>(ask: () => Promise<T | undefined>, patience: Patience): Promise<T> {
  const deadline = Date.now() + patience.timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(await patience.complaint())
    await sleep(patience.everyMs ?? 50)
  }
}
