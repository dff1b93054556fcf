import { isRecord, type KubernetesObject } from '../object.js'
import { releasedObjects } from './helm-plan.js'
import type { Plans } from './reading.js'
import { builtObjects } from './wanted.js'

/** What Git itself brings along: an object that needs one of these can be missing for that reason. */
export interface Definitions {
  /** Kinds of CustomResourceDefinitions, as `group/Kind`. */
  readonly kinds: ReadonlySet<string>
  readonly namespaces: ReadonlySet<string>
}

/** What the builds and releases define. */
export function definitionsOf({ kustomizations, helmReleases }: Plans): Definitions {
  const objects = [...kustomizations.flatMap(builtObjects), ...helmReleases.flatMap(releasedObjects)]
  return {
    kinds: new Set(objects.flatMap(definedKind)),
    namespaces: new Set(
      objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
    ),
  }
}

function definedKind({ kind, spec }: KubernetesObject): readonly string[] {
  if (kind !== 'CustomResourceDefinition' || !isRecord(spec) || !isRecord(spec.names)) return []
  return [`${String(spec.group)}/${String(spec.names.kind)}`]
}
