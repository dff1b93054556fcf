import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { countedAll, countOf } from '@kubectl-gitops/core/live/counted.js'
import { createProgress } from '../../plugin/src/terminal.js'

describe('the progress line', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  const watch = (stderr: { isTTY?: boolean; columns?: number }, env: Record<string, string> = {}) => {
    const written: string[] = []
    const progress = createProgress({ stderr: { ...stderr, write: (text) => written.push(text) }, env })
    const at = (milliseconds: number) => {
      jest.advanceTimersByTime(milliseconds)
      return written.splice(0).join('').replaceAll('\r\u001b[K', '<')
    }
    return { progress, at }
  }

  it('comes after a second, is redrawn, and is wiped at the end', () => {
    const { progress, at } = watch({ isTTY: true, columns: 80 })
    progress.say('reading kinds 0/3')
    progress.say('reading kinds 1/3')
    expect(at(999)).toBe('')
    expect(at(1)).toBe('<reading kinds 1/3 …')
    progress.say('reading kinds 2/3')
    expect(at(0)).toBe('<reading kinds 2/3 …')
    progress.end()
    expect(at(0)).toBe('<')
    progress.say('too late')
    expect(at(5_000)).toBe('')
  })

  it('never comes where all is done within a second', () => {
    const { progress, at } = watch({ isTTY: true })
    progress.say('reading')
    progress.end()
    expect(at(5_000)).toBe('')
  })

  it('comes with the first message where none was there after a second', () => {
    const { progress, at } = watch({ isTTY: true })
    expect(at(3_000)).toBe('')
    progress.say('reading')
    expect(at(0)).toBe('<reading …')
  })

  it('is one line, and obeys nobody', () => {
    const { progress, at } = watch({ isTTY: true, columns: 20 })
    progress.say('building \u001b[31mclusters/production/and/more')
    expect(at(1_000)).toBe('<building \\u001b[31m')
  })

  it.each([
    ['a pipe', { isTTY: false }, {}],
    ['CI', { isTTY: true }, { CI: 'true' }],
    ['a terminal that cannot wipe', { isTTY: true }, { TERM: 'dumb' }],
  ])('is silent in %s', (_, stderr, env) => {
    const { progress, at } = watch(stderr, env)
    progress.say('reading')
    expect(at(5_000)).toBe('')
    progress.end()
    expect(at(0)).toBe('')
  })
})

describe('counted work', () => {
  it('is told as it gets done, whatever order that is', async () => {
    const said: string[] = []
    const slow = new Promise<string>((resolve) => setTimeout(resolve, 20, 'slow'))
    const tell = countOf((message) => said.push(message), 'building')
    expect(await countedAll([slow, Promise.resolve('fast')], tell)).toEqual(['slow', 'fast'])
    expect(said).toEqual(['building 0/2', 'building 1/2', 'building 2/2'])
  })

  it('fails as a whole where a part does', async () => {
    await expect(countedAll([Promise.reject(new Error('no'))], () => undefined)).rejects.toThrow('no')
  })
})
