import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '@jest/globals'
import { ROOT } from '../support/source-files.js'

const CORPORA = join(ROOT, '../shared/corpora')

/** A real repository with its history, as a bundle: documents and programs were left out, so commit ids are its own. */
export interface History {
  /** As its forge has it. */
  readonly upstream: string
  /** The upstream's commit that the newest commit here was taken from. */
  readonly newest: string
  readonly bundle: string
}

/** A real repository at one commit, as a folder of files. */
export interface Tree {
  readonly upstream: string
  readonly commit: string
  readonly folder: string
}

const history = (upstream: string, newest: string): History => ({
  upstream,
  newest,
  bundle: join(CORPORA, 'histories', `${upstream.split('/').at(-1)!}.bundle`),
})

export const HISTORIES: readonly History[] = [
  history('BuoyantIO/gitops-linkerd', '05ed6e0'),
  history('fluxcd/flux2-kustomize-helm-example', '4f1a5b1'),
  history('fluxcd/flux2-multi-tenancy', '192da05'),
]

const tree = (upstream: string, commit: string, folder: string): Tree => ({
  upstream,
  commit,
  folder: join(CORPORA, folder),
})

/** What the cluster of gitops-linkerd ran, and what it would run since; in this order. */
export const FACES: readonly [Tree, Tree] = [
  tree('BuoyantIO/faces-demo', '8c6b63c', 'faces-demo/8c6b63c'),
  tree('BuoyantIO/faces-demo', 'bdc243b', 'faces-demo/bdc243b'),
]

export const TREES: readonly Tree[] = [
  ...FACES,
  tree('BuoyantIO/gitops-linkerd', '05ed6e0', 'gitops-linkerd'),
  tree('fluxcd/flux2-kustomize-helm-example', '4f1a5b1', 'flux2-kustomize-helm-example'),
]

/** Why nothing can be compared; undefined where it can. */
export const whyAbsent = existsSync(CORPORA) ? undefined : 'skipped, the corpora are absent'

/** `describe`, skipped with the reason in its title. */
export function describeCorpora(reason: string | undefined, title: string, body: () => void): void {
  if (reason === undefined) describe(title, body)
  else describe.skip(`${title} (${reason})`, body)
}
