import { GitOpsError } from '../../errors.js'
import { isRecord } from '../../object.js'
import { keyOf } from '../cache/closure-key.js'
import { kustomizeBuild, type Kustomize } from '../kustomize.js'
import { reprintPlainly } from '../plain/resources.js'
import { holdsSecret } from '../cache/secret-text.js'
import { goType, readFirstYaml } from '../yaml.js'
import { yamlWords } from '../yaml-words.js'
import { failure } from './failure.js'
import { describeResource, joinResources, splitResources } from './resource-text.js'

/** Where a resource's own metadata are while kustomize has it: this sorts just behind `metadata`. */
const HIDDEN = 'metadata!'

const PLACEHOLDER = 'apiVersion: v1\nkind: Placeholder\n'

/** To be raised when the same texts reach kustomize in another form than before. */
const FORMAT = 1

/** kustomize looks for the target of a patch among all resources of a folder. */
const GROUP_SIZE = 50

/** What Go's YAML readers end a line at (YAML 1.1, 5.4). */
const LINE_START = /(\r\n|[\n\r\u0085\u2028\u2029])(?=[^\n\r\u0085\u2028\u2029])/g

/** A resource as kustomize printed it, and after substitution. */
export interface ChangedResource {
  readonly before: string
  readonly after: string
}

/**
 * Sends texts of resources through YAML, JSON and YAML as kustomize-controller does after a substitution
 * (sigs.k8s.io/yaml YAMLToJSON, then kustomize's Resource.UnmarshalJSON and AsYAML); answers each one printed.
 * One kustomize does it all, by a JSON patch for each that replaces a placeholder as a whole: patches are
 * read by YAMLToJSON and applied through UnmarshalJSON. A file of resources is read by another YAML, in which
 * `yes` is text.
 * @throws GitOpsError BUILD_FAILED, BUILD_TIMEOUT, KUSTOMIZE_NOT_FOUND, SPEC_UNSUPPORTED
 */
export async function reprint<T extends ChangedResource>(
  changed: readonly T[],
  kustomize: Kustomize,
): Promise<ReadonlyMap<T, string>> {
  if (changed.length === 0) return new Map()
  const texts = changed.map(({ after }) => after)
  try {
    const printed = await keptOrPrinted(texts, kustomize)
    return new Map(changed.map((resource, i) => [resource, printed[i] ?? '']))
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== 'BUILD_FAILED') throw error
    throw await unprintable(await firstUnprintable(changed, kustomize), kustomize)
  }
}

/** The texts decide what is printed; they are the key, joined as they come back. */
async function keptOrPrinted(texts: readonly string[], kustomize: Kustomize): Promise<readonly string[]> {
  const make = async (): Promise<readonly string[]> => {
    const plain = texts.map(reprintPlainly)
    return plain.every((text) => text !== undefined) ? plain : printAll(texts, kustomize)
  }
  if (kustomize.cache === undefined) return make()
  const { text } = await kustomize.cache.text(kustomize, {
    key: (printer) => keyOf(['reprint', FORMAT, printer, texts]),
    make: async () => joinResources(await make()),
    mayKeep: (printed) => !holdsSecret(printed),
  })
  return splitResources(text)
}

async function printAll(texts: readonly string[], kustomize: Kustomize): Promise<readonly string[]> {
  texts.forEach(refuseHidden)
  const files = texts.map((text, i): [string, string] => [patchFile(i), patch(text, i)])
  const groups = Array.from({ length: Math.ceil(texts.length / GROUP_SIZE) }, (_, group) => {
    const first = group * GROUP_SIZE
    return groupFiles(first, Math.min(GROUP_SIZE, texts.length - first))
  })
  const resources = groups.map((_, group) => `g${group}`)
  const root = JSON.stringify({ resources, sortOptions: { order: 'fifo' } })
  const all = new Map([['kustomization.yaml', root], ...groups.flat(), ...files])
  return unhide(splitResources(await kustomizeBuild(kustomize, all, '')), texts.length)
}

/** `g0/r1.yaml` holds the patch of the resource with index 1. */
const patchFile = (index: number): string => `g${Math.floor(index / GROUP_SIZE)}/r${index}.yaml`

function groupFiles(first: number, count: number): readonly (readonly [string, string])[] {
  const names = Array.from({ length: count }, (_, i) => `r${first + i}`)
  const folder = `g${first / GROUP_SIZE}`
  const patches = names.map((name) => ({ target: { name }, path: `${name}.yaml` }))
  const placeholders = names.map((name) => `${PLACEHOLDER}metadata: {name: ${name}}\n`).join('---\n')
  return [
    [`${folder}/kustomization.yaml`, JSON.stringify({ resources: ['placeholders.yaml'], patches })],
    [`${folder}/placeholders.yaml`, placeholders],
  ]
}

/**
 * kustomize must not see the resource's own metadata: it would write annotations back as strings, and drop
 * what calls itself local. So they move to another key. Nothing behind the text closes a
 * quote or a bracket, so that one left open in the text stays an error.
 */
function patch(text: string, index: number): string {
  return [
    '- op: replace',
    '  path: ""',
    '  value:',
    `    ${text.replace(LINE_START, '$1    ')}`,
    `- {op: move, from: /metadata, path: /${HIDDEN}}`,
    `- {op: add, path: /metadata, value: {name: r${index}}}`,
    '',
  ].join('\n')
}

function refuseHidden(text: string): void {
  if (!text.includes(HIDDEN)) return
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: `a resource with variables holds ${HIDDEN}`,
    why: 'that word is needed to print the resource after substitution',
  })
}

function unhide(printed: readonly string[], count: number): readonly string[] {
  const texts = printed.map((text, i) =>
    text.replace(`metadata:\n  name: r${i}\n${HIDDEN}:`, () => 'metadata:'),
  )
  if (texts.length === count && texts.every((text, i) => text !== printed[i])) return texts
  throw new GitOpsError('INTERNAL', {
    what: 'kustomize did not print what was substituted',
    why: `${texts.length} of ${count} resources came back`,
  })
}

/** kustomize does not always say which patch it stumbled over. */
async function firstUnprintable(
  changed: readonly ChangedResource[],
  kustomize: Kustomize,
): Promise<ChangedResource | undefined> {
  if (changed.length <= 1) return changed[0]
  const half = changed.slice(0, Math.floor(changed.length / 2))
  const texts = half.map(({ after }) => after)
  const isPrintable = await printAll(texts, kustomize).then(
    () => true,
    () => false,
  )
  return firstUnprintable(isPrintable ? changed.slice(half.length) : half, kustomize)
}

/** What the controller says, step by step; kustomize's own words would speak of our patch. */
async function unprintable(
  resource: ChangedResource | undefined,
  kustomize: Kustomize,
): Promise<GitOpsError> {
  const { before, after } = resource ?? { before: '', after: '' }
  const malformed = await yamlWords(after, kustomize)
  const words =
    malformed === undefined
      ? ((await secondReading(after, kustomize)) ?? notAnObject(after))
      : `envsubst error: YAMLToJSON: ${malformed}`
  return failure(`post build failed for '${describeResource(before)}': ${words}`)
}

/**
 * What Go itself prints is not always what Go reads: a block of text that starts with a tab is not. The line is that
 * of our patch, in which the metadata are two lines longer, so it is told where they come last.
 */
async function secondReading(text: string, kustomize: Kustomize): Promise<string | undefined> {
  const why = await printAll([text], kustomize).then(
    () => '',
    (error: unknown) => (error instanceof GitOpsError ? (error.why ?? '') : ''),
  )
  const [, line = '', fault] = /(?:^|: )yaml: (line \d+: )?([^\n]+)$/.exec(why) ?? []
  if (fault === undefined) return undefined
  const document = readFirstYaml(text, 'the text after substitution')
  const isLast = isRecord(document) && Object.keys(document).every((key) => key <= 'metadata')
  return `UnmarshalJSON: yaml: ${isLast ? line : ''}${fault}`
}

/** kustomize takes a resource from a JSON object alone; one without a kind is found out later, by who applies. */
function notAnObject(text: string): string {
  const document = readFirstYaml(text, 'the text after substitution')
  const type = goType(document)
  if (type !== undefined)
    return `UnmarshalJSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`
  if (isRecord(document) && (typeof document.kind !== 'string' || document.kind === ''))
    throw failure("error unmarshaling JSON: while decoding JSON: Object 'Kind' is missing in ***")
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: 'a resource with variables cannot be printed after substitution',
    why: 'kubectl does not take it as kustomize-controller does',
  })
}
