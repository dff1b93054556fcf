import { formatJson } from '@kubectl-gitops/core/json.js'
import { createTwoFilesPatch } from 'diff'
import { stringify } from 'yaml'

/** The longest map or list that is shown on one line. */
const LONGEST = 60
/** Lines of a value that are shown; the machine formats have all of it. */
const MOST_LINES = 40
/** Above this many changed lines two texts have so little in common that a patch helps nobody. */
const MOST_CHANGES = 2_000

/** Strings that YAML, old or new, reads as something else, and those that look like a remark of ours. */
const MISTAKABLE =
  /^(?:true|false|null|yes|no|on|off|y|n|~|[-+]?(?:0x[\da-f]+|0o[0-7]+|[\d_]*\.?[\d_]+(?:e[-+]?\d+)?|\.inf|\.nan)|\(.*\))$/i

/** A value on one line as YAML would have it, strings without quotes where nobody can be misled; else undefined. */
export function inline(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\n')) return undefined
    return value === '' || value.trim() !== value || MISTAKABLE.test(value) ? formatJson(value) : value
  }
  const flow = stringify(value, {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    compat: 'yaml-1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  }).trimEnd()
  return flow.includes('\n') || flow.length > LONGEST ? undefined : flow
}

/** A value on as many lines as it needs, but not on hundreds. */
export function block(value: unknown): readonly string[] {
  const lines = textOf(value).replace(/\n$/, '').split('\n')
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES), `(${lines.length - MOST_LINES} more lines: -o yaml has all of them)`]
}

/**
 * A unified patch with `-` for live and `+` for Git, as kubectl diff has it; undefined where the two have too
 * little in common.
 */
export function hunk(live: unknown, git: unknown): readonly string[] | undefined {
  const [before, after] = sameEnding(textOf(live), textOf(git))
  const patch = createTwoFilesPatch('live', 'git', before, after, '', '', {
    context: 2,
    maxEditLength: MOST_CHANGES,
  })
  return patch?.split('\n').filter((line) => line !== '' && !line.startsWith('==='))
}

/** Only where one side alone ends without a newline is that a difference. */
function sameEnding(left: string, right: string): readonly [string, string] {
  const isOpen = !left.endsWith('\n') && !right.endsWith('\n')
  return isOpen ? [`${left}\n`, `${right}\n`] : [left, right]
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return stringify(value, { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false })
}
