import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import type { SidesByRecord } from '../../plugin/src/printers/diff.js'
import { printReport, type Format } from '../../plugin/src/printers/report.js'
import { createStyle } from '../../plugin/src/printers/style.js'
import { NOW } from './report.js'
import { ROOT } from './source-files.js'

/** One example: what was typed, and what comes out. */
export interface Example {
  readonly title: string
  /** As a user types it, with what cannot be typed behind it: `kubectl gitops drift -o wide (80 columns)`. */
  readonly command: string
  readonly output: string
}

const RULE = '----'

/**
 * Compares outputs with `test/corpus/FILE` as a whole, block by block: title, command, a rule, the output.
 * Escape codes are written as `\e`. With UPDATE_CORPUS set the file is written anew instead; review the diff.
 */
export function describeCorpus(file: string, examples: readonly Example[]): void {
  const path = join(ROOT, 'test/corpus', file)
  const isUpdate = (process.env.UPDATE_CORPUS ?? '') !== ''
  const expected = isUpdate ? new Map<string, string>() : readBlocks(path)

  describe(`corpus ${file}`, () => {
    it.each(examples)('$title', ({ title, ...rest }) => {
      const block = blockOf({ title, ...rest })
      if (isUpdate) expected.set(title, block)
      expect(block).toBe(expected.get(title))
    })

    it('has no example twice and none that nothing prints', () => {
      expect(examples.map(({ title }) => title).sort()).toEqual([...expected.keys()].sort())
    })

    afterAll(() => {
      if (!isUpdate) return
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, examples.map(blockOf).join('\n'))
    })
  })
}

function blockOf({ title, command, output }: Example): string {
  const shown = output.replaceAll('\u001b', '\\e')
  return `# ${title}\n$ ${command}\n${RULE}\n${shown}${shown.endsWith('\n') || shown === '' ? '' : '\n'}`
}

function readBlocks(path: string): Map<string, string> {
  if (!existsSync(path)) return new Map()
  const blocks = readFileSync(path, 'utf8').split(/\n(?=# .*\n\$ )/)
  const ended = blocks.map((block) => (block.endsWith('\n') || block === '' ? block : `${block}\n`))
  return new Map(ended.map((block) => [/^# (.*)/.exec(block)?.[1] ?? '', block]))
}

/** The JSON documents among the outputs of a corpus. */
export function corpusDocuments(file: string): readonly { readonly kind?: unknown }[] {
  return [...readBlocks(join(ROOT, 'test/corpus', file)).values()].flatMap((block) => {
    const output = block.slice(block.indexOf(`\n${RULE}\n`) + RULE.length + 2)
    return output.startsWith('{\n') ? [JSON.parse(output) as { readonly kind?: unknown }] : []
  })
}

/** How a report is looked at: for people on 80 columns without colours, unless told. */
export interface Look {
  readonly format?: Format
  readonly width?: number
  readonly color?: boolean
  /** Whole objects, by `recordKey`. */
  readonly sides?: SidesByRecord
}

/** What `drift` prints of a report. */
export function driftExample(title: string, shown: DriftReport, look: Look = {}): Example {
  const { format, width = 80, color = false, sides = new Map() } = look
  const options = { style: createStyle(color), width, now: NOW, sides }
  const flags = [...(format === undefined ? [] : [`-o ${format}`]), ...(color ? ['--color always'] : [])]
  return {
    title,
    command: ['kubectl gitops drift', ...flags, `(${width} columns)`].join(' '),
    output: [...printReport(shown, format, options)].join(''),
  }
}
