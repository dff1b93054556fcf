import type { KubernetesObject, ManagedFieldsEntry } from '../object.js'
import { formatPointer, type Path } from '../pointer.js'
import { isTakenOver, type Applier } from './actor.js'
import type { Comparison } from './compare.js'
import { isIgnoredByFlux, type IgnoreRule } from './ignore.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'
import { allowsOthers, type OptOut } from './switches.js'

/** What decides whether Flux writes an object at all. */
export interface Occasion {
  readonly git: KubernetesObject
  readonly live: KubernetesObject
  readonly type: FieldType | undefined
  readonly entries: readonly ManagedFieldsEntry[]
  readonly applier: Applier
  readonly out: OptOut | undefined
  readonly ignore: readonly IgnoreRule[]
  readonly comparison: Comparison
}

/** Marks of Flux 1 and of kubectl. */
const MARKS = new Set(
  [
    'annotations/kubectl.kubernetes.io~1last-applied-configuration',
    'annotations/kustomize.toolkit.fluxcd.io~1checksum',
    'annotations/fluxcd.io~1sync-checksum',
    'labels/fluxcd.io~1sync-gc-mark',
  ].map((mark) => `/metadata/${mark}`),
)

/**
 * Does Flux take this field off whatever it applies, whoever wrote it?
 * Source: kustomize-controller apply, ssa.ApplyCleanupOptions.
 */
export const isCleanedUp = (path: Path): boolean => MARKS.has(formatPointer(path))

/**
 * Is a difference here none to Flux? It compares labels, annotations and everything that is not metadata.
 * Source: fluxcd/pkg ssa/manager_diff.go hasDrifted.
 */
export function isOverlooked([first, second]: Path): boolean {
  const isMetadata = first?.kind === 'field' && first.name === 'metadata'
  return isMetadata && second?.kind === 'field' && second.name !== 'labels' && second.name !== 'annotations'
}

/** Does Flux's next reconcile send this object: is there anything that it looks at, or anybody to be taken over? */
export function isWritten(it: Occasion): boolean {
  return isTidied(it) || it.comparison.differences.some(({ path }) => isSeen(it, path)) || isReordered(it)
}

const isSeen = (it: Occasion, path: Path): boolean =>
  !isOverlooked(path) && !isIgnoredByFlux(it.ignore, it.live, path)

function isTidied(it: Occasion): boolean {
  if (allowsOthers(it.git) || it.out?.merge === true) return false
  const { labels = {}, annotations = {} } = it.live.metadata
  const marks = Object.entries({ labels, annotations }).flatMap(([where, texts]) =>
    Object.keys(texts).map((name): Path =>
      ['metadata', where, name].map((step) => ({ kind: 'field', name: step })),
    ),
  )
  return it.entries.some((entry) => isTakenOver(entry, it.applier)) || marks.some(isCleanedUp)
}

/** List items in another order are the same to the server and another list to Flux. */
const isReordered = (it: Occasion): boolean =>
  it.comparison.equivalent.some(
    (path) => path.reduce(typeBelow, it.type ?? UNKNOWN_TYPE).kind === 'list' && isSeen(it, path),
  )
