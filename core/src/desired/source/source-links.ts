import type { ArtifactGenerator, Generated } from './artifact-generator.js'
import type { FluxReference } from '../kustomization.js'
import { bareSource, type Include, referenceKey, type Source } from './source.js'

/**
 * Gives every source those that it is made of, to any depth: the GitRepositories that it includes and the
 * inputs of the ArtifactGenerator that makes it. What cannot be read stays open; so does a circle.
 */
export function linkSources(
  sources: ReadonlyMap<string, Source>,
  generators: readonly ArtifactGenerator[],
): ReadonlyMap<string, Source> {
  const known = new Map(sources)
  // Git declares generators, not what they make.
  for (const output of generators.flatMap(({ outputs }) => outputs)) {
    const key = referenceKey(output.reference)
    if (!known.has(key)) known.set(key, bareSource(output.reference))
  }
  return new Map([...known].map(([key, source]) => [key, linked(source, { known, generators }, [key])]))
}

interface World {
  readonly known: ReadonlyMap<string, Source>
  readonly generators: readonly ArtifactGenerator[]
}

function linked(source: Source, world: World, above: readonly string[]): Source {
  const follow = (reference: FluxReference): Source | undefined => {
    const key = referenceKey(reference)
    const found = above.includes(key) ? undefined : world.known.get(key)
    return found === undefined ? undefined : linked(found, world, [...above, key])
  }
  const includes = source.includes.map((include): Include => {
    const found = follow(include.repository)
    return found === undefined ? include : { ...include, source: found }
  })
  const generated = generatedBy(source.reference, world.generators, follow)
  return { ...source, includes, ...(generated === undefined ? {} : { generated }) }
}

function generatedBy(
  reference: FluxReference,
  generators: readonly ArtifactGenerator[],
  follow: (reference: FluxReference) => Source | undefined,
): Generated | undefined {
  if (reference.kind !== 'ExternalArtifact') return undefined
  const key = referenceKey(reference)
  for (const generator of generators) {
    const output = generator.outputs.find((one) => referenceKey(one.reference) === key)
    if (output === undefined) continue
    const inputs = generator.inputs.flatMap((input): readonly [string, Source][] => {
      const source = follow(input.reference)
      return source === undefined ? [] : [[input.alias, source]]
    })
    return { generator, output, inputs: new Map(inputs) }
  }
  return undefined
}
