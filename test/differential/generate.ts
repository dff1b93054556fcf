import fc from 'fast-check'
import type { TestFile } from '../support/git-repository.js'
import { rarely, seldom } from './arbitrary/chance.js'
import { combine, type Feature, type ObjectName, type Surroundings } from './arbitrary/contribution.js'
import { ignoreRules, strayFile } from './arbitrary/extra-file.js'
import { kustomizationField } from './arbitrary/kustomization-field.js'
import { type Manifest, manifest } from './arbitrary/manifest.js'
import { oddDocument } from './arbitrary/odd-document.js'
import { oddKustomization } from './arbitrary/odd-kustomization.js'
import { specField } from './arbitrary/spec.js'
import { type Spelling, spell, spelling } from './arbitrary/spelling.js'
import type { Case } from './case.js'

type Files = Record<string, TestFile>

/** A file of manifests; a text among them is an odd document. */
interface ManifestFile {
  readonly documents: readonly (Manifest | string)[]
  readonly spelling: Spelling
}

interface KustomizationChoice {
  readonly name: string
  readonly features: readonly Feature[]
  readonly spelling: Spelling
  /** How many of the folder's manifest files it does not name. */
  readonly leftOut: number
  /** What it says instead of all that. */
  readonly instead: TestFile | undefined
}

interface FolderChoice {
  readonly manifests: readonly ManifestFile[]
  readonly kustomization: KustomizationChoice | undefined
  readonly stray: readonly Readonly<Record<string, TestFile>>[]
}

const document = fc.oneof<fc.Arbitrary<Manifest | string>[]>(
  { weight: 14, arbitrary: manifest } as never,
  { weight: 1, arbitrary: oddDocument } as never,
)

const manifestFile = fc.record({ documents: fc.array(document, { minLength: 1, maxLength: 3 }), spelling })

const kustomization = fc.record({
  name: fc.oneof(
    { weight: 6, arbitrary: fc.constant('kustomization.yaml') },
    fc.constantFrom('kustomization.yml', 'Kustomization'),
  ),
  features: fc.array(kustomizationField, { maxLength: 3 }),
  spelling,
  leftOut: fc.oneof({ weight: 11, arbitrary: fc.constant(0) }, fc.constant(1)),
  instead: seldom(oddKustomization, 40),
})

/** @param freq one folder in so many has no kustomization file */
const folder = (freq: number, minLength = 0): fc.Arbitrary<FolderChoice> =>
  fc.record({
    manifests: fc.array(manifestFile, { minLength, maxLength: 3 }),
    kustomization: fc.option(kustomization, { nil: undefined, freq }),
    stray: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.array(strayFile, { minLength: 1, maxLength: 2 }),
    ),
  })

const choices = fc.record({
  apps: folder(3, 1),
  base: fc.option(folder(24, 1), { nil: undefined, freq: 2 }),
  parts: fc.option(folder(24, 1), { nil: undefined, freq: 2 }),
  nested: seldom(folder(8, 1), 4),
  usesParts: fc.boolean(),
  usesBase: fc.boolean(),
  isDuplicated: fc.oneof({ weight: 40, arbitrary: fc.constant(false) }, fc.constant(true)),
  spec: fc.array(specField, { maxLength: 3 }),
  path: rarely(30, './apps', 'apps/', './apps/nested', './nowhere', './apps/one.yaml', './base', '.'),
  sourceIgnore: seldom(ignoreRules, 24),
  nestedIgnore: seldom(ignoreRules, 30),
  ignore: seldom(ignoreRules, 24),
})

type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never

/** Repositories and Kustomizations, most of them valid. */
export const anyCase: fc.Arbitrary<Case> = choices.map(assemble)

function assemble(choice: Choices): Case {
  const writer = new Writer(choice.isDuplicated)
  const base = writer.folder('base', choice.base, { below: [], isComponent: false })
  writer.folder('parts', choice.parts, { below: base, isComponent: true })
  const nested = writer.folder('apps/nested', choice.nested, { below: [], isComponent: false })
  // A component's patches are for what the base holds.
  const usesBase = choice.usesBase || choice.usesParts
  const references = {
    resources: [...(usesBase && choice.base ? ['../base'] : []), ...(choice.nested ? ['nested'] : [])],
    components: choice.usesParts && choice.parts ? ['../parts'] : [],
  }
  const below = [...base, ...nested]
  const objects = writer.folder('apps', choice.apps, { below, isComponent: false, ...references })
  const around: Surroundings = { folder: 'apps', objects, hasParts: choice.parts !== undefined }
  const { fields: spec, files: extra } = combine(choice.spec.map((feature) => feature(around)))
  const ignores = { '.sourceignore': choice.sourceIgnore, 'apps/.sourceignore': choice.nestedIgnore }
  const written = Object.entries(ignores).flatMap(([path, text]) =>
    text === undefined ? [] : [[path, text]],
  )
  const files = { ...writer.files, ...extra, ...(Object.fromEntries(written) as Files) }
  return {
    files: withoutClashes(files),
    path: choice.path,
    spec,
    ...(choice.ignore === undefined ? {} : { ignore: choice.ignore }),
  }
}

/** A path cannot be a file and a folder. */
const withoutClashes = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).filter(
      ([path]) => !Object.keys(files).some((other) => other.startsWith(`${path}/`)),
    ),
  )

interface FolderContext {
  /** What the folders hold that this one builds upon. */
  readonly below: readonly ObjectName[]
  readonly isComponent: boolean
  readonly resources?: readonly string[]
  readonly components?: readonly string[]
}

const FILE_NAMES = ['one.yaml', 'two.yml', 'three.yaml']

/** Collects the files of a case and gives each object a name of its own. */
class Writer {
  readonly files: Files = {}
  readonly #isDuplicated: boolean
  #count = 0

  constructor(isDuplicated: boolean) {
    this.#isDuplicated = isDuplicated
  }

  /** Writes a folder; answers what a build of it is likely to hold. */
  folder(path: string, choice: FolderChoice | undefined, context: FolderContext): readonly ObjectName[] {
    if (choice === undefined) return []
    const own: ObjectName[] = []
    const names = choice.manifests.map(({ documents, spelling: how }, i) => {
      const name = FILE_NAMES[i] ?? `${i}.yaml`
      this.files[`${path}/${name}`] = spell(
        documents.map((one) => this.#named(one, own)),
        how,
      )
      return name
    })
    for (const stray of choice.stray)
      for (const [name, file] of Object.entries(stray)) this.files[`${path}/${name}`] ??= file
    const objects = [...own, ...context.below]
    if (choice.kustomization !== undefined)
      this.#kustomization(path, choice.kustomization, { ...context, objects, names })
    return objects
  }

  #kustomization(
    path: string,
    choice: KustomizationChoice,
    context: FolderContext & { readonly objects: readonly ObjectName[]; readonly names: readonly string[] },
  ): void {
    const { objects, names, isComponent, resources = [], components = [] } = context
    const contributed = combine(
      choice.features.map((feature) => feature({ folder: path, objects, hasParts: false })),
    )
    const named = [...resources, ...names.slice(choice.leftOut)]
    const head = isComponent ? { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' } : {}
    const { fields } = combine([
      {
        fields: {
          ...head,
          ...(named.length > 0 ? { resources: named } : {}),
          ...(components.length > 0 ? { components } : {}),
        },
      },
      contributed,
    ])
    for (const [name, file] of Object.entries(contributed.files)) this.files[`${path}/${name}`] = file
    const form = choice.spelling.form === 'list' ? 'yaml' : choice.spelling.form
    this.files[`${path}/${choice.name}`] = choice.instead ?? spell([fields], { ...choice.spelling, form })
  }

  #named(one: Manifest | string, own: ObjectName[]): object | string {
    this.#count += 1
    const number = this.#isDuplicated ? 1 : this.#count
    if (typeof one === 'string') return one.replaceAll('NAME', `odd-${number}`)
    const { apiVersion, kind, metadata, body } = one
    const name = `${kind.toLowerCase().slice(0, 3)}-${number}`
    const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined
    // A list is taken apart before anything is looked for in it.
    if (!kind.endsWith('List')) own.push({ apiVersion, kind, name, namespace })
    const text = JSON.stringify({ apiVersion, kind, metadata: { name, ...metadata }, ...body })
    return JSON.parse(text.replaceAll('"item-', `"item-${number}-`)) as object
  }
}
