import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { externalDiff, runExternalDiff } from '../../plugin/src/external-diff.js'
import { temporaryFolder } from '../support/processes.js'

describe('KUBECTL_EXTERNAL_DIFF', () => {
  it.each([
    ['meld', { file: 'meld', flags: [] }],
    ['diff -u -N', { file: 'diff', flags: ['-u', '-N'] }],
    ['colordiff  --width=80 -y', { file: 'colordiff', flags: ['--width=80', '-y'] }],
    ['diff -x $(id) ;rm -rf ~ --a_b', { file: 'diff', flags: ['-x', '-rf'] }],
    ['./my diff', { file: './my', flags: ['diff'] }],
  ])('is read as kubectl reads it: %s', (text, program) => {
    expect(externalDiff({ KUBECTL_EXTERNAL_DIFF: text })).toEqual(program)
  })

  it.each([{}, { KUBECTL_EXTERNAL_DIFF: '' }])('may be absent or empty', (env) => {
    expect(externalDiff(env)).toBeUndefined()
  })
})

describe('an external program', () => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  beforeEach(async () => {
    home = await temporaryFolder('external-diff')
  })
  afterEach(() => home.remove())

  const files = [
    { name: 'v1.ConfigMap.apps.a', live: 'a: 1\n', merged: 'a: 2\n' },
    { name: 'v1.ConfigMap.apps.gone', live: '', merged: 'b: 1\n' },
  ]

  /** Runs a shell script as the program; answers what it wrote to the file SEEN. */
  async function seenBy(script: string, ...flags: readonly string[]): Promise<string> {
    const file = join(home.path, 'program')
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o700)
    const env = { PATH: process.env.PATH, TMPDIR: home.path, SEEN: join(home.path, 'seen') }
    await runExternalDiff({ file, flags }, files, env)
    return readFile(env.SEEN, 'utf8')
  }

  it('gets two folders and then its flags, as kubectl hands them over', async () => {
    const words = (await seenBy('echo "$@" > $SEEN', '-y', '--width=80')).trim().split(' ')
    expect(words.slice(2)).toEqual(['-y', '--width=80'])
    const [live = '', merged = ''] = words
    expect(live).toMatch(/\/LIVE-\w+$/)
    expect(merged).toMatch(/\/MERGED-\w+$/)
    expect(dirname(live)).toBe(dirname(merged))
  })

  it('finds both sides in them, an absent one as an empty file', async () => {
    expect(await seenBy('cd "$1"; head ./* > $SEEN; cd "$2"; head ./* >> $SEEN; exit 1')).toBe(
      '==> ./v1.ConfigMap.apps.a <==\na: 1\n\n==> ./v1.ConfigMap.apps.gone <==\n' +
        '==> ./v1.ConfigMap.apps.a <==\na: 2\n\n==> ./v1.ConfigMap.apps.gone <==\nb: 1\n',
    )
  })

  it('finds them where nobody else may look', async () => {
    const modes = await seenBy('ls -ld "$1/.." "$1" "$1"/* | cut -c1-10 > $SEEN')
    expect(modes.split('\n')).toEqual(['drwx------', 'drwx------', '-rw-------', '-rw-------', ''])
  })

  it.each([
    ['exit 0', undefined],
    ['exit 1', undefined],
    ['exit 2', 'it ended with exit code 2'],
    ['kill -9 $$', 'it was ended by SIGKILL'],
  ])('that does %s leaves no folder behind', async (end, why) => {
    const run = seenBy(`echo > $SEEN; ${end}`)
    if (why === undefined) await run
    else await expect(run).rejects.toMatchObject({ code: 'EXTERNAL_DIFF_FAILED', why })
    expect((await readdir(home.path)).sort()).toEqual(['program', 'seen'])
  })

  it('that is not there is told', async () => {
    const run = runExternalDiff({ file: 'no-such-program', flags: [] }, files, {
      TMPDIR: home.path,
      PATH: '',
    })
    await expect(run).rejects.toMatchObject({
      code: 'EXTERNAL_DIFF_FAILED',
      message: 'no-such-program of KUBECTL_EXTERNAL_DIFF did not compare the two folders',
      why: 'spawn no-such-program ENOENT',
    })
    expect(await readdir(home.path)).toEqual([])
  })

  it('is not started where nothing differs', async () => {
    await runExternalDiff({ file: 'no-such-program', flags: [] }, [], { TMPDIR: home.path })
    expect(await readdir(home.path)).toEqual([])
  })
})
