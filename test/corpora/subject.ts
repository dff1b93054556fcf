import { createHash } from 'node:crypto'
import { type Artifact, readArtifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { build } from '@kubectl-gitops/core/desired/build.js'
import { type EntryPathResult, readEntryPath } from '@kubectl-gitops/core/desired/entry-path.js'
import { type Kustomization, readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import type { Source } from '@kubectl-gitops/core/desired/source/source.js'
import { mergeVariables } from '@kubectl-gitops/core/desired/variables.js'
import { asGitOpsError } from '@kubectl-gitops/core/errors.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { type Outcome, refusal } from '../differential/outcome.js'
import { layOut } from './laid-out.js'
import type { Git, Point } from './point.js'

/** A repository that both sides read: we from a folder, Flux over HTTP by its name. */
export interface Site {
  readonly name: string
  readonly repository: Repository
  readonly git: Git
}

/** The files of a build: what the real controller has to be given to build the same. */
export interface Origin {
  readonly site: string
  readonly commit: string
  /** `spec.ignore` of the source. */
  readonly ignore: string | undefined
  /** True where nothing but the commit is there to be fetched: an artifact laid out by hand. */
  readonly isLaidOut: boolean
}

/** One Kustomization at one point, built by us. */
export interface Subject {
  /** On the page: the repository. */
  readonly corpus: string
  readonly point: Point
  /** On the page: where it was found, and its name if it is not the entry path itself. */
  readonly title: string
  readonly result: EntryPathResult
  /** Undefined where the files are not to be had. */
  readonly origin: Origin | undefined
}

/** What stands in for a source of another URL. */
export interface Stranger {
  readonly url: string
  readonly site: Site
  readonly commit: string
}

export interface Reading {
  readonly corpus: string
  readonly site: Site
  readonly kustomize: Kustomize
  readonly strangers: readonly Stranger[]
}

/** Everything that Flux would build once it is bootstrapped in a folder of a repository, as the product reads it. */
export async function readEntry(reading: Reading, point: Point, entry: string): Promise<readonly Subject[]> {
  const { corpus, site, kustomize } = reading
  const artifact = await readArtifact(site.repository, point.commit, undefined)
  const { kustomizations, sources } = await readEntryPath(artifact, entry, kustomize, {
    openSource: async (_, source) => openStranger(reading.strangers, source),
  })
  const layouts = await layOut(site.git, point.commit, kustomizations)
  const own = { site: site.name, isLaidOut: false }
  const rootSource = keyOf(kustomizations[0]!.kustomization.source)
  return kustomizations.map((result, index) => {
    const { source, namespace, name } = result.kustomization
    const declared = sources.find(({ reference }) => keyOf(reference) === keyOf(source))
    const title = index === 0 ? entry : `${entry} ${namespace}/${name}`
    const layout = layouts.get(keyOf(source))
    const subject = { corpus, point, title, result }
    if (layout !== undefined) {
      return { ...subject, origin: { ...own, commit: layout, ignore: undefined, isLaidOut: true } }
    }
    if (keyOf(source) === rootSource)
      return { ...subject, origin: { ...own, commit: point.commit, ignore: declared?.ignore } }
    return { ...subject, origin: originOf(reading.strangers, declared) }
  })
}

const keyOf = ({ kind, namespace, name }: Kustomization['source']): string => `${kind}/${namespace}/${name}`

function strangerOf(strangers: readonly Stranger[], source: Source | undefined): Stranger | undefined {
  return strangers.find(({ url }) => url === source?.url)
}

function originOf(strangers: readonly Stranger[], source: Source | undefined): Origin | undefined {
  const stranger = strangerOf(strangers, source)
  if (stranger === undefined) return undefined
  return { site: stranger.site.name, commit: stranger.commit, ignore: source?.ignore, isLaidOut: false }
}

async function openStranger(
  strangers: readonly Stranger[],
  source: Source | undefined,
): Promise<Artifact | undefined> {
  const stranger = strangerOf(strangers, source)
  return stranger && readArtifact(stranger.site.repository, stranger.commit, source?.ignore)
}

/** A folder of a repository, built as a Kustomization that says nothing but its path. */
export async function readFolder(reading: Reading, point: Point, path: string): Promise<Subject> {
  const { corpus, site, kustomize } = reading
  const kustomization = readKustomization({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'folder', namespace: 'flux-system' },
    spec: { path, sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
  })
  const origin = { site: site.name, commit: point.commit, ignore: undefined, isLaidOut: false }
  const subject = { corpus, point, title: path, origin }
  try {
    const artifact = await readArtifact(site.repository, point.commit, undefined)
    const built = await build(artifact, kustomization, kustomize, mergeVariables(kustomization.spec, []))
    return { ...subject, result: { kustomization, build: built } }
  } catch (error) {
    return { ...subject, result: { kustomization, error: asGitOpsError(error) } }
  }
}

/** What came of our build. */
export function oursOf({ result }: Subject): Outcome {
  if ('error' in result) return refusal(result.error, '')
  return { digest: `sha256:${createHash('sha256').update(result.build.text).digest('hex')}` }
}
