import { createHash } from 'node:crypto'
import { type Artifact, readArtifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { build } from '@kubectl-gitops/core/desired/build.js'
import { type Kustomization, readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { kustomizeWords } from '@kubectl-gitops/core/desired/kustomize.js'
import {
  mergeVariables,
  substituteReferences,
  type SubstituteReference,
  type Variables,
  type VariableSource,
} from '@kubectl-gitops/core/desired/variables.js'
import { asGitOpsError, GitOpsError, type ErrorCode } from '@kubectl-gitops/core/errors.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { binary } from '../support/binaries.js'
import { PROVIDED } from './arbitrary/spec.js'
import type { Case } from './case.js'

export interface Refusal {
  readonly words: string
  /** Ours only. */
  readonly code?: ErrorCode
}

export interface Built {
  readonly digest: string
}

/** No answer came, Flux's only. */
export interface Silence {
  readonly silent: true
}

/** What came of a build: Flux's digest of it, or the words of who refused. */
export type Outcome = Built | Refusal | Silence

/** Where a case lies: which commit, below which folder, and what the source's own spec leaves out. */
export interface Place {
  readonly repository: Repository
  readonly commit: string
  /** '' where the case is the whole repository. */
  readonly root: string
  readonly ignore: string | undefined
}

const artifacts = new WeakMap<Repository, Map<string, Promise<Artifact>>>()

function artifactAt({ repository, commit, ignore }: Place): Promise<Artifact> {
  const known = artifacts.get(repository) ?? new Map<string, Promise<Artifact>>()
  artifacts.set(repository, known)
  const key = `${commit} ${ignore ?? ''}`
  const artifact = known.get(key) ?? readArtifact(repository, commit, ignore)
  known.set(key, artifact)
  return artifact
}

/** The Kustomization of a case that has a repository for itself. */
export const kustomizationOf = ({ path, spec }: Case): KubernetesObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'case', namespace: 'default' },
  spec: { ...spec, path },
})

/** Builds a Kustomization, as the product does. */
export async function ourOutcome(object: KubernetesObject, place: Place): Promise<Outcome> {
  const kustomization = readKustomization(object)
  const kustomize = { kubectl: binary('kubectl'), timeoutMs: 60_000, env: { PATH: process.env.PATH } }
  try {
    const { text } = await build(
      await artifactAt(place),
      kustomization,
      kustomize,
      variablesOf(kustomization),
    )
    return { digest: `sha256:${createHash('sha256').update(text).digest('hex')}` }
  } catch (error) {
    return { ...refusal(asGitOpsError(error), place.root) }
  }
}

/** What Flux says as a whole is our `why` alone where the controller gives up before or after kustomize. */
const WHOLE =
  /^(?:post build failed for|failed to decode|component path|error converting|error unmarshaling(?![^]* builtinconfig)|open [^]* remove) /

/** What we say, with the case's own folder taken out. */
export function refusal({ code, message, why }: GitOpsError, root: string): Refusal {
  if (code === 'PATH_NOT_FOUND') return { code, words: withoutRoot(message, root) }
  const parts = WHOLE.test(why ?? '') ? [why] : [message, why]
  return { code, words: withoutRoot(parts.filter((part) => part !== undefined).join(': '), root) }
}

/** As the product reads them from a cluster; these are not there to be asked. */
function variablesOf(kustomization: Kustomization): Variables {
  const sources = substituteReferences(kustomization.spec).flatMap((reference) => sourceOf(reference) ?? [])
  return mergeVariables(kustomization.spec, sources)
}

function sourceOf({ kind, name, optional }: SubstituteReference): VariableSource | undefined {
  const data = (PROVIDED[kind] as Readonly<Record<string, Readonly<Record<string, string>>>>)[name]
  if (data !== undefined) return { kind, data: new Map(Object.entries(data)) }
  if (optional) return undefined
  throw new GitOpsError('NOT_FOUND', { what: `substitute from '${kind}/${name}' error` })
}

/** What the controller says, with its scratch folder and the case's own folder taken out. */
export function controllerWords(message: string, root: string): string {
  const scratch = /\/[^\s'":]*\/kustomization-\d+/g
  const words = kustomizeWords(message.replace(scratch, '/scratch/files'), '/scratch')
  return withoutRoot(words, root)
}

const withoutRoot = (words: string, root: string): string =>
  root === '' ? words : words.replaceAll(`${root}/`, '').replaceAll(root, '.')
