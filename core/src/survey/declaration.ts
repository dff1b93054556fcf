import { fullName } from '../desired/dependency-order.js'
import { isKustomization, readKustomization, type Kustomization } from '../desired/kustomization.js'
import { GitOpsError } from '../errors.js'
import type { Attempt } from './attempt.js'
import { parentsByInventory } from './family.js'

/** The Kustomizations of a cluster as chosen revisions declare them. */
export interface Declaration {
  readonly kustomizations: readonly Kustomization[]
  /** By full name: why nobody can say what a revision declares; the live spec stands in. */
  readonly errors: ReadonlyMap<string, GitOpsError>
}

/** Builds at the revision chosen for a Kustomization; undefined where none was. */
export type AttemptChosen = (kustomization: Kustomization) => Promise<Attempt | undefined> | undefined

/**
 * Finds the Kustomizations that a cluster would have at chosen revisions: where a parent is built at one, its
 * children are those of that build, with their specs there; elsewhere they are those of the cluster. What only
 * the revision has is found, what it lacks is gone.
 */
export async function declaredAt(
  live: readonly Kustomization[],
  attemptChosen: AttemptChosen,
): Promise<Declaration> {
  const walk = new Walk(live, attemptChosen)
  const parents = parentsByInventory(live)
  await walk.from(live.filter((one) => !parents.has(fullName(one))))
  return { kustomizations: [...walk.found.values()], errors: walk.errors }
}

class Walk {
  readonly found = new Map<string, Kustomization>()
  readonly errors = new Map<string, GitOpsError>()
  readonly #live: ReadonlyMap<string, Kustomization>
  readonly #children = new Map<string, Kustomization[]>()
  readonly #attempt: AttemptChosen

  constructor(live: readonly Kustomization[], attemptChosen: AttemptChosen) {
    this.#live = new Map(live.map((one) => [fullName(one), one]))
    this.#attempt = attemptChosen
    for (const [child, parent] of parentsByInventory(live)) {
      const one = this.#live.get(child)
      const siblings = this.#children.get(fullName(parent)) ?? []
      if (one !== undefined) this.#children.set(fullName(parent), [...siblings, one])
    }
  }

  /** Walks level by level, so that every Kustomization is found below the nearest that declares it. */
  async from(roots: readonly Kustomization[]): Promise<void> {
    for (let level = roots; level.length > 0;) {
      const fresh = level.filter((one) => !this.found.has(fullName(one)))
      for (const one of fresh) this.found.set(fullName(one), one)
      level = (await Promise.all(fresh.map((one) => this.#below(one)))).flat()
    }
  }

  async #below(parent: Kustomization): Promise<readonly Kustomization[]> {
    const name = fullName(parent)
    // What is applied to another cluster is not this one's.
    const attempt = parent.remote || this.errors.has(name) ? undefined : await this.#attempt(parent)
    const living = this.#children.get(name) ?? []
    if (attempt?.ok !== true) {
      const error = attempt === undefined ? this.errors.get(name) : undeclared(parent, attempt.error)
      if (error !== undefined) for (const child of living) this.errors.set(fullName(child), error)
      return living
    }
    const declared = attempt.build.objects.filter(isKustomization).map((object) => {
      const one = readKustomization(object)
      return { ...one, status: this.#live.get(fullName(one))?.status ?? one.status }
    })
    const self = declared.find((one) => fullName(one) === name)
    if (self !== undefined) this.found.set(name, self)
    return declared
  }
}

const undeclared = (parent: Kustomization, error: GitOpsError): GitOpsError =>
  new GitOpsError(error.code, {
    what: `what declares it, Kustomization/${fullName(parent)}, cannot be built at that revision`,
    why: [error.message, error.why].filter((words) => words !== undefined).join(': '),
    tryThis: error.tryThis,
    cause: error,
  })
