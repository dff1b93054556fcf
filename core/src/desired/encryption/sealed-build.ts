import { UNKNOWN_HASH } from '../../encrypted.js'
import { GitOpsError } from '../../errors.js'
import { isRecord } from '../../object.js'
import type { SealedFile } from './encrypted-files.js'
import type { ScratchFiles } from '../kustomize.js'
import { withoutPlaceholder, type Variant } from './placeholder.js'
import { readPrintedYaml } from '../yaml.js'

/**
 * Builds a folder in which some files are encrypted, and answers what kustomize prints with placeholders for what
 * only the keys could tell; where a name ends in a hash of that, `encrypted0` stands for the hash.
 * It is built twice, with different placeholders: whatever differs is made of encrypted content.
 * @throws GitOpsError SPEC_UNSUPPORTED where that cannot be followed, and what `build` throws
 */
export async function buildSealed(
  files: ScratchFiles,
  sealed: ReadonlyMap<string, SealedFile>,
  build: (files: ScratchFiles) => Promise<string>,
): Promise<string> {
  const run = (variant: Variant): Promise<string> => {
    const own = new Map(files)
    for (const [path, content] of sealed) if (own.has(path)) own.set(path, content(variant))
    return build(own)
  }
  try {
    const [first, second] = [await run(1), await run(2)]
    return withoutHashes(first, readPrintedYaml(first, 'the build'), readPrintedYaml(second, 'the build'))
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== 'BUILD_FAILED') throw error
    // It may well build with the keys.
    throw unfollowed(`kustomize fails without what is encrypted in ${[...sealed.keys()].join(', ')}`, error)
  }
}

const HASHED = /^(.+)-([2456789bcdfghkmt]{10})$/

function withoutHashes(text: string, first: readonly unknown[], second: readonly unknown[]): string {
  const hashes = new Map<string, string>()
  first.forEach((document, i) => {
    const [name, other] = [nameOf(document), nameOf(second[i])]
    const [mine, theirs] = [HASHED.exec(name), HASHED.exec(other)]
    if (name === other) return
    if (mine?.[2] === undefined || theirs?.[2] === undefined || mine[1] !== theirs[1]) throw unfollowed(MADE)
    hashes.set(mine[2], theirs[2])
  })
  if (first.length !== second.length || !isAlike(first, second, hashes)) throw unfollowed(MADE)
  return [...hashes.keys()].reduce((all, hash) => all.replaceAll(`-${hash}`, `-${UNKNOWN_HASH}`), text)
}

const MADE = 'something in the build is made of encrypted content'

function nameOf(document: unknown): string {
  const metadata = isRecord(document) && isRecord(document.metadata) ? document.metadata : {}
  return typeof metadata.name === 'string' ? metadata.name : ''
}

/** Do two builds differ in nothing but whole placeholders and the hashes that were found? */
function isAlike(first: unknown, second: unknown, hashes: ReadonlyMap<string, string>): boolean {
  if (Array.isArray(first) && Array.isArray(second))
    return first.length === second.length && first.every((item, i) => isAlike(item, second[i], hashes))
  if (isRecord(first) && isRecord(second)) {
    const names = Object.keys(first)
    return (
      names.length === Object.keys(second).length &&
      names.every((name) => Object.hasOwn(second, name) && isAlike(first[name], second[name], hashes))
    )
  }
  return first === second || (typeof first === 'string' && isAlikeText(first, second, hashes))
}

function isAlikeText(first: string, second: unknown, hashes: ReadonlyMap<string, string>): boolean {
  if (typeof second !== 'string') return false
  const swapped = [...hashes].reduce(
    (text, [mine, theirs]) => text.replaceAll(`-${mine}`, `-${theirs}`),
    first,
  )
  return swapped === second || (withoutPlaceholder(first) !== first && withoutPlaceholder(second) !== second)
}

const unfollowed = (what: string, cause?: GitOpsError): GitOpsError =>
  new GitOpsError('SPEC_UNSUPPORTED', {
    what: `the build cannot be followed without the keys of spec.decryption: ${what}`,
    why: cause?.why,
    ...(cause === undefined ? {} : { cause }),
  })
