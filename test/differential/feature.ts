import type { Case } from './case.js'

/** The parts of a case that a feature can be seen in, as text. */
interface Texts {
  readonly kustomization: string
  readonly manifest: string
  readonly spec: string
  readonly ignore: string
  readonly paths: string
}

const isKustomization = (path: string): boolean => /(?:^|\/)kustomization(?:\.ya?ml)?$/i.test(path)

function textsOf({ files, spec, ignore, path }: Case): Texts {
  const texts = Object.entries(files).map(([name, file]): readonly [string, string] => [
    name,
    file instanceof Uint8Array ? Buffer.from(file).toString('latin1') : typeof file === 'string' ? file : '',
  ])
  const joined = (wanted: (name: string) => boolean): string =>
    texts
      .filter(([name]) => wanted(name))
      .map(([, text]) => text)
      .join('\n')
  return {
    kustomization: joined(isKustomization),
    manifest: joined((name) => /\.ya?ml$/.test(name) && !isKustomization(name)),
    spec: JSON.stringify(spec),
    ignore: [ignore ?? '', joined((name) => name.endsWith('.sourceignore'))].join('\n'),
    paths: [path, ...Object.keys(files)].join('\n'),
  }
}

type Place = keyof Texts

const field = (name: string): RegExp => new RegExp(`(?:^|[{,\\s])["']?${name}["']?:`, 'm')

const fields = (place: Place, ...names: readonly string[]): readonly (readonly [string, Place, RegExp])[] =>
  names.map((name) => [`${place}: ${name}`, place, field(name)])

/** What the generated cases are meant to hold, each by what it looks like. */
const FEATURES: readonly (readonly [name: string, place: Place, pattern: RegExp])[] = [
  ...fields('kustomization', 'resources', 'components', 'namePrefix', 'nameSuffix', 'namespace', 'images'),
  ...fields('kustomization', 'commonLabels', 'commonAnnotations', 'labels', 'replicas', 'patches'),
  ...fields('kustomization', 'patchesStrategicMerge', 'patchesJson6902', 'configMapGenerator'),
  ...fields('kustomization', 'secretGenerator', 'generatorOptions', 'replacements', 'vars', 'sortOptions'),
  ...fields('kustomization', 'buildMetadata', 'configurations', 'openapi', 'crds', 'transformers'),
  ...fields('kustomization', 'generators', 'validators', 'helmCharts'),
  ...fields('spec', 'patches', 'images', 'targetNamespace', 'namePrefix', 'nameSuffix', 'components'),
  ...fields('spec', 'ignoreMissingComponents', 'commonMetadata', 'buildMetadata', 'postBuild', 'substitute'),
  ...fields('spec', 'substituteFrom', 'substituteStrategy', 'optional'),
  ...fields('spec', 'group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'),
  ['order legacy', 'kustomization', /order["']?: ["']?legacy/],
  ['variables from an object that is not there', 'spec', /"name":"absent"/],
  ['an octal number', 'manifest', /: -?0644$/m],
  ['yes and no', 'manifest', /: (?:yes|No|on|OFF)$/m],
  ['an anchor', 'manifest', /&\w+ /],
  ['a merge key', 'manifest', /<<: /],
  ['several documents', 'manifest', /\n---\n/],
  ['an empty document', 'manifest', /---\s*\n(?:# \w+\n)?---/],
  ['CRLF', 'manifest', /\r\n/],
  ['CR alone', 'manifest', /\r(?!\n)/],
  ['a byte order mark', 'manifest', /\ufeff/],
  ['a CRD of 5,000 lines', 'manifest', /CustomResourceDefinition[^]*field1659:/],
  ['a list', 'manifest', /kind: List/],
  ['a variable', 'manifest', /\$\{a/],
  ['a rule that takes in again', 'ignore', /^!/m],
  ['rules in the spec of the source', 'ignore', /^[^\n]/],
  ['rules in a folder', 'paths', /^apps\/\.sourceignore$/m],
  ['rules at the root', 'paths', /^\.sourceignore$/m],
  ['a folder with a kustomization file inside another', 'paths', /^apps\/nested\/kustomization/im],
  ['a path that is not there', 'paths', /^\.\/nowhere\n/],
  ['a file that is not there', 'kustomization', /missing/],
]

/** The names of all features, and which of them a case has. */
export const FEATURE_NAMES = FEATURES.map(([name]) => name)

export function featuresOf(input: Case): readonly string[] {
  const texts = textsOf(input)
  return FEATURES.filter(([, place, pattern]) => pattern.test(texts[place])).map(([name]) => name)
}
