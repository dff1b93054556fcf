import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { referenceKey } from '../desired/source/source.js'
import { asGitOpsError, type GitOpsError } from '../errors.js'
import { attempt, resolveChoice, type Attempt } from './attempt.js'
import type { Builder } from './builder.js'
import { declaredAt } from './declaration.js'
import { parentsByInventory } from './family.js'
import type { FluxState } from './flux-state.js'
import { choiceFor, refuseStray, type RevisionChoice } from './revision-choice.js'
import { isBuilt, type Focus } from './scope-focus.js'

/** A Kustomization as a chosen revision declares and builds it. */
export interface Chosen {
  readonly kustomization: Kustomization
  /** The Flux revision that was chosen. */
  readonly revision: string
  readonly attempt: Attempt
}

/** What a cluster's Kustomizations are at chosen revisions. */
export interface ChosenState {
  /** By full name: those for which one was chosen, whether the cluster has them or not. */
  readonly chosen: ReadonlyMap<string, Chosen>
  /** By full name: those of the cluster that the revisions do not have. */
  readonly gone: ReadonlySet<string>
  /** Of which sources nothing was chosen, and why. */
  readonly notes: readonly string[]
}

/** What a source cannot be asked about, when all sources are. */
const NOT_CONCERNED = new Set(['REVISION_NOT_FOUND', 'SOURCE_UNSUPPORTED'])

/**
 * Builds the Kustomizations of chosen revisions, as those declare them. A choice for all leaves out the sources that
 * do not have it, unless none has.
 * @throws GitOpsError NOT_FOUND for a choice that concerns nothing, REVISION_NOT_FOUND for one that no source has
 */
export async function chooseRevisions(
  choices: readonly RevisionChoice[],
  state: FluxState,
  builder: Builder,
  focus: Focus | undefined,
): Promise<ChosenState> {
  refuseStray(choices, state.kustomizations)
  const resolution = new Resolution(choices, state, builder)
  const needed = neededFor(focus, state.kustomizations)
  const { kustomizations, errors } = await declaredAt(state.kustomizations, (one) =>
    needed.has(fullName(one)) || !isLive(one, state) ? resolution.attempt(one) : undefined,
  )
  const chosen = new Map<string, Chosen>()
  for (const kustomization of kustomizations.filter((one) =>
    isBuilt(focus, { ...one, kind: 'Kustomization' }),
  )) {
    const name = fullName(kustomization)
    const error = errors.get(name)
    const made = error === undefined ? await resolution.attempt(kustomization) : { ok: false as const, error }
    const revision = await resolution.revisionOf(kustomization)
    if (made !== undefined && revision !== undefined)
      chosen.set(name, { kustomization, revision, attempt: made })
  }
  if (chosen.size === 0) resolution.refuseNothing()
  const declared = new Set(kustomizations.map(fullName))
  const gone = state.kustomizations.map(fullName).filter((name) => !declared.has(name))
  return { chosen, gone: new Set(gone), notes: resolution.notes }
}

const isLive = (one: Kustomization, { kustomizations }: FluxState): boolean =>
  kustomizations.some((other) => fullName(other) === fullName(one))

/** What a focus is on, and those above, which may declare it otherwise. */
function neededFor(focus: Focus | undefined, all: readonly Kustomization[]): ReadonlySet<string> {
  const parents = parentsByInventory(all)
  const needed = new Set<string>()
  for (const one of all.filter((each) => isBuilt(focus, { ...each, kind: 'Kustomization' }))) {
    for (let at: Kustomization | undefined = one; at !== undefined; at = parents.get(fullName(at)))
      needed.add(fullName(at))
  }
  return needed
}

/** Resolves each choice once for each source, and builds each Kustomization once. */
class Resolution {
  readonly #choices: readonly RevisionChoice[]
  readonly #state: FluxState
  readonly #builder: Builder
  readonly #revisions = new Map<string, Promise<string | undefined>>()
  readonly #attempts = new Map<Kustomization, Promise<Attempt | undefined>>()
  readonly #absent = new Map<string, GitOpsError>()

  constructor(choices: readonly RevisionChoice[], state: FluxState, builder: Builder) {
    this.#choices = choices
    this.#state = state
    this.#builder = builder
  }

  attempt = (kustomization: Kustomization): Promise<Attempt | undefined> => {
    const made = this.#attempts.get(kustomization) ?? this.#make(kustomization)
    this.#attempts.set(kustomization, made)
    return made
  }

  /** The revision chosen for a Kustomization: as Flux writes it where it is known, else as it was typed. */
  revisionOf(kustomization: Kustomization): Promise<string | undefined> {
    const choice = choiceFor(kustomization, this.#choices)
    if (choice === undefined) return Promise.resolve(undefined)
    const key = JSON.stringify([referenceKey(kustomization.source), choice])
    const resolved = this.#revisions.get(key) ?? this.#resolve(kustomization, choice)
    this.#revisions.set(key, resolved)
    return resolved
  }

  get notes(): readonly string[] {
    return [...this.#absent].map(([source, error]) => `${source} is as it was applied: ${error.message}`)
  }

  refuseNothing(): void {
    for (const error of this.#absent.values()) throw error
  }

  async #make(kustomization: Kustomization): Promise<Attempt | undefined> {
    const choice = await this.revisionOf(kustomization)
    if (choice === undefined) return undefined
    return attempt(kustomization, { state: this.#state, builder: this.#builder, choice })
  }

  async #resolve(kustomization: Kustomization, choice: string): Promise<string | undefined> {
    const key = referenceKey(kustomization.source)
    const source = this.#state.sources.get(key)
    // What is wrong with a source is told with the build.
    if (source === undefined) return choice
    try {
      return await resolveChoice(choice, kustomization, source, this.#builder)
    } catch (thrown) {
      const error = asGitOpsError(thrown)
      if (error.code === 'REVISION_INVALID') throw error
      const isForAll = this.#choices.every(({ subject }) => subject === undefined)
      if (!isForAll || !NOT_CONCERNED.has(error.code)) return choice
      this.#absent.set(key, error)
      return undefined
    }
  }
}
