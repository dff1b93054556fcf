import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse, parseAllDocuments, stringify } from 'yaml'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { git } from '../../../demo/repository/git.js'

const run = promisify(execFile)

/** The fields of a Flux Kustomization's spec that decide a build. */
export interface BuildSpec {
  readonly path: string
  readonly targetNamespace?: string
  readonly patches?: readonly unknown[]
  readonly sourceRef: { readonly kind: string; readonly name: string }
}

export type Builder = (
  repository: string,
  commit: string,
  spec: BuildSpec,
) => Promise<readonly KubernetesObject[]>

/**
 * Builds with `kubectl kustomize` out of a copy that holds the top of the path alone (`apps/faces`), so equal
 * trees and equal specs are built once. Rejects with kustomize's own words.
 */
export function kustomizeBuilder(): Builder {
  const built = new Map<string, Promise<readonly KubernetesObject[]>>()
  return async (repository, commit, spec) => {
    const path = spec.path.replace(/^\.\//, '')
    const top = path.split('/').slice(0, 2).join('/')
    const tree = await git(repository, ['rev-parse', `${commit}:${top}`])
    const key = JSON.stringify([tree, path, spec.targetNamespace, spec.patches])
    const build = built.get(key) ?? buildCopy(repository, [commit, top], { ...spec, path })
    built.set(key, build)
    return await build
  }
}

async function buildCopy(
  repository: string,
  archived: readonly string[],
  spec: BuildSpec,
): Promise<readonly KubernetesObject[]> {
  const copy = await mkdtemp(join(tmpdir(), 'demo-build-'))
  try {
    const tar = join(copy, 'source.tar')
    await git(repository, ['archive', '--format=tar', `--output=${tar}`, ...archived])
    await run('tar', ['-xf', tar, '-C', copy])
    await editKustomization(join(copy, spec.path), spec)
    return await kustomize(join(copy, spec.path))
  } finally {
    await rm(copy, { recursive: true })
  }
}

interface Given {
  readonly patches?: readonly unknown[]
  readonly [field: string]: unknown
}

/** Flux generates a file where there is none and appends the Kustomization's own fields (kustomize_generator.go). */
async function editKustomization(directory: string, spec: BuildSpec): Promise<void> {
  const names = (await readdir(directory)).sort()
  const file = join(directory, 'kustomization.yaml')
  const found = names.includes('kustomization.yaml')
  const given: Given = found
    ? (parse(await readFile(file, 'utf8')) as Given)
    : { resources: names.filter((name) => name.endsWith('.yaml')) }
  const patches = [...(given.patches ?? []), ...(spec.patches ?? [])]
  const namespace = spec.targetNamespace === undefined ? {} : { namespace: spec.targetNamespace }
  await writeFile(file, stringify({ ...given, ...namespace, ...(patches.length > 0 ? { patches } : {}) }))
}

async function kustomize(directory: string): Promise<readonly KubernetesObject[]> {
  const kubectl = process.env.KUBECTL_PATH ?? 'kubectl'
  const { stdout } = await run(kubectl, ['kustomize', '--load-restrictor=LoadRestrictionsNone', directory])
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject)
}
