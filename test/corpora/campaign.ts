import { cp } from 'node:fs/promises'
import { basename } from 'node:path'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { inParallel } from '../differential/parallel.js'
import { GIT_ENV } from '../support/git-repository.js'
import { FACES, HISTORIES, TREES, type Tree } from './corpus.js'
import { entryPaths, type Git, manifestFolders, type Point, spreadPoints } from './point.js'
import { readEntry, readFolder, type Reading, type Site, type Stranger, type Subject } from './subject.js'

/** An empty repository with a work tree, wherever the test keeps its own. */
export interface Shelf {
  readonly path: string
  readonly git: Git
  /** Commits whatever the work tree holds. */
  commit(message: string): Promise<string>
  /** Makes it known to those who fetch; where nobody does, nothing. */
  push(): Promise<void>
}

interface Opened extends Reading {
  readonly points: readonly Point[]
}

/** The real repositories, opened; what is read of them is built by us. */
export class Campaign {
  readonly #histories: readonly Opened[]
  readonly #trees: readonly Opened[]

  private constructor(histories: readonly Opened[], trees: readonly Opened[]) {
    this.#histories = histories
    this.#trees = trees
  }

  /** Puts every corpus on a shelf of its own. `count` is how many commits of a history count, the newest included. */
  static async open(
    shelf: (name: string) => Promise<Shelf>,
    kustomize: Kustomize,
    count: number,
  ): Promise<Campaign> {
    const trees: Opened[] = []
    for (const tree of TREES) trees.push(await openTree(await shelf(nameOf(tree)), tree, kustomize))
    const faces = trees.find(({ points }) => points[0]?.label === FACES[0].commit)!
    const histories: Opened[] = []
    for (const { upstream, bundle } of HISTORIES) {
      const opened = await shelf(basename(upstream))
      await opened.git('pull', '--quiet', bundle, 'main')
      await opened.push()
      const site = await siteOf(opened, basename(upstream))
      const points = await spreadPoints(site.git, count)
      histories.push({ corpus: upstream, site, kustomize, strangers: [strangerOf(faces)], points })
    }
    return new Campaign(histories, trees)
  }

  /** Every Kustomization at each point that is asked for; by default at all. */
  async readHistories(isWanted: (index: number) => boolean = () => true): Promise<readonly Subject[]> {
    // One commit after another in a repository: artifacts are laid out in its one index.
    const read = await inParallel(this.#histories, 2, async (opened) => {
      const points = opened.points.filter((_, index) => isWanted(index))
      return (await inParallel(points, 1, (point) => readPoint(opened, point))).flat()
    })
    return read.flat()
  }

  /** Every folder with manifests as a path of its own, and the Kustomization that builds faces-demo. */
  async readTrees(): Promise<readonly Subject[]> {
    const folders = await inParallel(this.#trees, 2, async (opened) => {
      const point = opened.points[0]!
      const paths = (await opened.site.git('ls-tree', '-r', '--name-only', point.commit)).split('\n')
      return inParallel(manifestFolders(paths), 1, (path) => readFolder(opened, point, path))
    })
    return [...folders.flat(), ...(await this.#readFaces())]
  }

  /** gitops-linkerd builds faces-demo with an ignore list and patches of its own. */
  async #readFaces(): Promise<readonly Subject[]> {
    const linkerd = this.#histories[0]!
    const newest = linkerd.points.at(-1)!
    return inParallel(this.#trees.slice(0, FACES.length), 1, async (faces) => {
      const reading = { ...linkerd, strangers: [strangerOf(faces)] }
      const found = await readPoint(reading, newest)
      const subject = found.find(({ result }) => result.kustomization.namespace === 'faces')!
      return {
        ...subject,
        corpus: faces.corpus,
        point: faces.points[0]!,
        title: 'k8s, as gitops-linkerd builds it',
      }
    })
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    for (const { site } of [...this.#histories, ...this.#trees]) await site.repository.close()
  }
}

const nameOf = ({ upstream, commit }: Tree): string => `${basename(upstream)}-${commit}`

async function openTree(shelf: Shelf, tree: Tree, kustomize: Kustomize): Promise<Opened> {
  await cp(tree.folder, shelf.path, { recursive: true })
  const commit = await shelf.commit(`Take ${tree.commit}`)
  await shelf.push()
  const site = await siteOf(shelf, nameOf(tree))
  const points = [{ commit, label: tree.commit, date: '' }]
  return { corpus: tree.upstream, site, kustomize, strangers: [], points }
}

async function siteOf({ path, git }: Shelf, name: string): Promise<Site> {
  return { name, repository: await openCheckout(path, { env: GIT_ENV }), git }
}

const strangerOf = ({ corpus, site, points }: Opened): Stranger => ({
  url: `https://github.com/${corpus}`,
  site,
  commit: points[0]!.commit,
})

async function readPoint(opened: Opened, point: Point): Promise<readonly Subject[]> {
  const subjects: Subject[] = []
  for (const entry of await entryPaths(opened.site.git, point.commit))
    subjects.push(...(await readEntry(opened, point, entry)))
  return subjects
}
