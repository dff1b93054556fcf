import { holdsEncrypted } from '../encrypted.js'
import { GitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject } from '../object.js'
import type { Kustomization } from './kustomization.js'
import {
  mergeVariables,
  substituteReferences,
  type SubstituteReference,
  type Variables,
  type VariableSource,
} from './variables.js'

/** The variables of `spec.postBuild` as far as Git declares the objects that hold them. */
export class GitVariables {
  /** Null for objects whose values Git holds encrypted. */
  readonly #sources = new Map<string, VariableSource | null>()

  /** Takes note of the ConfigMaps and Secrets in a build. */
  add(objects: readonly KubernetesObject[]): void {
    for (const object of objects) {
      const source = readSource(object)
      if (source === undefined) continue
      const { namespace = 'default', name } = object.metadata
      const isSealed = Object.hasOwn(object, 'sops') || holdsEncrypted(object.data)
      this.#sources.set(keyOf(namespace, name, source), isSealed ? null : source)
    }
  }

  /** Is every object that the Kustomization substitutes from known by now? */
  has(kustomization: Kustomization): boolean {
    return substituteReferences(kustomization.spec).every(
      (reference) => this.#find(kustomization, reference) !== undefined,
    )
  }

  /**
   * The variables of a Kustomization; an optional object that Git does not declare counts as absent.
   * @throws GitOpsError SPEC_UNSUPPORTED where an object is on the cluster alone, and what mergeVariables throws
   */
  of(kustomization: Kustomization): Variables {
    const sources = substituteReferences(kustomization.spec).flatMap((reference) => {
      const found = this.#find(kustomization, reference)
      if (found !== undefined && found !== null) return [found]
      if (found === undefined && reference.optional) return []
      const why = found === null ? 'encrypted in Git' : 'on the cluster alone'
      throw new GitOpsError('SPEC_UNSUPPORTED', {
        what: `the variables of ${kustomization.namespace}/${kustomization.name} are not known`,
        why: `${reference.kind}/${reference.name} is ${why}`,
      })
    })
    return mergeVariables(kustomization.spec, sources)
  }

  #find(
    { namespace }: Kustomization,
    { kind, name }: SubstituteReference,
  ): VariableSource | null | undefined {
    return this.#sources.get(keyOf(namespace, name, { kind }))
  }
}

const keyOf = (namespace: string, name: string, { kind }: Pick<VariableSource, 'kind'>): string =>
  `${kind}/${namespace}/${name}`

function readSource(object: KubernetesObject): VariableSource | undefined {
  const { apiVersion, kind, data } = object
  if (apiVersion !== 'v1' || (kind !== 'ConfigMap' && kind !== 'Secret')) return undefined
  const entries = isRecord(data) ? Object.entries(data) : []
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const read = kind === 'Secret' ? decode : (value: string): string => value
  return { kind, data: new Map(texts.map(([name, value]) => [name, read(value)])) }
}

/** Undefined for bytes that are no text. */
function decode(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}
