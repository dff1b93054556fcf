import { isRecord, type KubernetesObject } from '../../object.js'
import type { Condition, FluxReference } from '../kustomization.js'
import { readConditions } from '../kustomization.js'
import type { Source } from './source.js'

/** An ArtifactGenerator of Flux's source-watcher: it makes ExternalArtifacts of other sources' files. */
export interface ArtifactGenerator {
  readonly reference: FluxReference
  readonly inputs: readonly GeneratorInput[]
  readonly outputs: readonly OutputArtifact[]
  /** `spec.pathPattern`: the outputs are templates, one set for each folder that matches. */
  readonly pathPattern: string | undefined
  readonly conditions: readonly Condition[]
}

/** A source of which files are copied. */
export interface GeneratorInput {
  readonly alias: string
  readonly reference: FluxReference
}

/** One ExternalArtifact that is to be made. */
export interface OutputArtifact {
  readonly reference: FluxReference
  /** The alias whose revision it takes over; else its revision is the digest of what it holds. */
  readonly revision: string | undefined
  /** The alias whose revision it names as its origin. */
  readonly originRevision: string | undefined
  readonly copy: readonly CopyOperation[]
}

/** One `copy`, as written. */
export interface CopyOperation {
  /** `@alias/pattern`. */
  readonly from: string
  /** `@artifact/path`. */
  readonly to: string
  readonly exclude: readonly string[]
  readonly strategy: string
  readonly optional: boolean
}

/** How one ExternalArtifact is made, with its inputs by alias as far as they can be read. */
export interface Generated {
  readonly generator: ArtifactGenerator
  readonly output: OutputArtifact
  readonly inputs: ReadonlyMap<string, Source>
}

/** Is this object an ArtifactGenerator, of whichever API version? */
export function isArtifactGenerator(object: KubernetesObject): boolean {
  return object.kind === 'ArtifactGenerator' && object.apiVersion.startsWith('source.extensions.fluxcd.io/')
}

/**
 * Reads an ArtifactGenerator.
 * Source: source-watcher api/v1beta1/artifactgenerator_types.go.
 */
export function readArtifactGenerator(object: KubernetesObject): ArtifactGenerator {
  const spec = isRecord(object.spec) ? object.spec : {}
  const namespace = object.metadata.namespace ?? 'default'
  return {
    reference: { kind: object.kind, namespace, name: object.metadata.name },
    inputs: records(spec.sources).map((item) => ({
      alias: text(item.alias) ?? '',
      reference: {
        kind: text(item.kind) ?? '',
        namespace: text(item.namespace) ?? namespace,
        name: text(item.name) ?? '',
      },
    })),
    outputs: records(spec.artifacts).map((item) => readOutput(item, namespace)),
    pathPattern: text(spec.pathPattern),
    conditions: readConditions(isRecord(object.status) ? object.status.conditions : undefined),
  }
}

function readOutput(item: Readonly<Record<string, unknown>>, namespace: string): OutputArtifact {
  return {
    reference: {
      kind: 'ExternalArtifact',
      namespace: text(item.namespace) ?? namespace,
      name: text(item.name) ?? '',
    },
    revision: aliasOf(item.revision),
    originRevision: aliasOf(item.originRevision),
    copy: records(item.copy).map((operation) => ({
      from: text(operation.from) ?? '',
      to: text(operation.to) ?? '',
      exclude: list(operation.exclude).map(String),
      strategy: text(operation.strategy) ?? 'Overwrite',
      optional: operation.optional === true,
    })),
  }
}

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []
const records = (value: unknown): readonly Readonly<Record<string, unknown>>[] => list(value).filter(isRecord)
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
const aliasOf = (value: unknown): string | undefined => text(value)?.replace(/^@/, '')
