import { describe, expect, it } from '@jest/globals'
import { createGate } from '@kubectl-gitops/core/live/gate.js'

describe('createGate', () => {
  it('runs no more than its width at once and hands every result through in order', async () => {
    const enter = createGate(2)
    let running = 0
    let most = 0
    const work = async (number: number): Promise<number> => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return number * 10
    }
    const results = await Promise.all([1, 2, 3, 4, 5].map((number) => enter(() => work(number))))
    expect({ results, most, running }).toEqual({ results: [10, 20, 30, 40, 50], most: 2, running: 0 })
  })

  it('lets the next one in after a failure', async () => {
    const enter = createGate(1)
    const failed = enter(() => Promise.reject(new Error('no')))
    const next = enter(() => Promise.resolve('yes'))
    await expect(failed).rejects.toThrow('no')
    await expect(next).resolves.toBe('yes')
    await expect(enter(() => Promise.resolve('again'))).resolves.toBe('again')
  })

  it('lets one in however narrow it is', async () => {
    await expect(createGate(0)(() => Promise.resolve('in'))).resolves.toBe('in')
  })
})
