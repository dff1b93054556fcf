import type { FluxReference } from '../desired/kustomization.js'
import { referenceKey } from '../desired/source/source.js'
import type { DriftEvent } from '../drift/event.js'
import type { DriftReport, ObjectRef } from '../drift/report.js'
import { asGitOpsError, type GitOpsError } from '../errors.js'
import type { ApiResource, Discovery } from '../live/discovery.js'
import { discover } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import type { Change } from '../live/watch-collection.js'
import { keyString, type ObjectKey } from '../object.js'
import { surveyDrift, type SurveyRequest } from './drift.js'
import { readFluxState, type FluxState } from './flux-state.js'
import { findFocus, isBuilt, isOwnerAsked, type Focus } from './scope-focus.js'
import { labelledOwners } from './scope-owner.js'
import { WatchQueue, type Batch } from './watch-queue.js'
import { Collections } from './watch-collections.js'
import { WatchState } from './watch-state.js'

/** What a watch has to tell. */
export type News =
  | { readonly kind: 'report'; readonly report: DriftReport }
  | { readonly kind: 'events'; readonly events: readonly DriftEvent[]; readonly report: () => DriftReport }
  /** Something cannot be read for now; undefined when it can be again. The watch goes on. */
  | { readonly kind: 'trouble'; readonly error: GitOpsError | undefined }

export interface WatchRequest extends SurveyRequest {
  /** Aborted to end the watch. */
  readonly signal: AbortSignal
  /** Is waited for, so that a slow reader slows the watch down and does not fill the memory. */
  readonly tell: (news: News) => Promise<void> | void
}

/** Everything is looked at again after so many milliseconds, whatever was or was not told. */
const RESYNC_MS = 10 * 60_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Tells what `surveyDrift` finds, and then each change of a verdict, until the signal is aborted. Only what has changed
 * is judged again: single objects, the objects of a Kustomization that was applied anew. Keeps records and digests, no
 * objects. What cannot be read later on is told as trouble and tried again.
 * @throws GitOpsError what the first survey throws
 */
export async function watchDrift(request: WatchRequest): Promise<void> {
  const discovery = await discover(request.cluster)
  const state = await readFluxState(request.cluster, discovery)
  const { cluster, namespace, targets = [] } = request
  const focus = await findFocus(targets, { cluster, discovery, state, namespace })
  const watch = new Watch(request, discovery, focus)
  await watch.begin(state)
  await watch.run()
}

class Watch {
  readonly #request: WatchRequest
  readonly #focus: Focus | undefined
  readonly #queue: WatchQueue
  readonly #collections: Collections
  #discovery: Discovery
  #state: WatchState | undefined
  #failures = 0

  constructor(request: WatchRequest, discovery: Discovery, focus: Focus | undefined) {
    this.#request = request
    this.#discovery = discovery
    this.#focus = focus
    this.#queue = new WatchQueue(() => request.now().getTime())
    this.#collections = new Collections({
      cluster: request.cluster,
      signal: request.signal,
      focus,
      fluxChanged: (reference) => {
        this.#fluxChanged(reference)
      },
      objectChanged: (resource, change) => {
        this.#objectChanged(resource, change)
      },
      trouble: (error) => {
        void request.tell({ kind: 'trouble', error })
      },
    })
  }

  /** Follows first and looks then: nothing that happens in between is missed. */
  async begin(state: FluxState): Promise<void> {
    const concerned = state.kustomizations.filter((one) =>
      this.#isConcerned({ ...one, kind: 'Kustomization' }),
    )
    const keys = concerned
      .flatMap(({ status }) => status.inventory)
      .flatMap((entry) => parseInventoryEntry(entry)?.key ?? [])
    await this.#collections.followFlux(this.#discovery)
    await this.#collections.follow([...keys, ...this.#askedKeys()], this.#discovery)
    const report = await surveyDrift({ ...this.#request, discovery: this.#discovery })
    this.#state = new WatchState(report)
    await this.#request.tell({ kind: 'report', report })
    await this.#followMore(report)
  }

  async run(): Promise<void> {
    const { signal } = this.#request
    const resync = setInterval(() => {
      this.#queue.addEverything()
    }, RESYNC_MS)
    try {
      for (;;) {
        const batch = await this.#queue.take(signal)
        if (batch === undefined) return
        await this.#judge(batch)
      }
    } finally {
      clearInterval(resync)
    }
  }

  async #judge(batch: Batch): Promise<void> {
    try {
      if (batch.everything) this.#discovery = await discover(this.#request.cluster)
      const report = await surveyDrift({
        ...this.#request,
        progress: () => undefined,
        discovery: this.#discovery,
        ...this.#focusing(batch),
      })
      if (this.#failures > 0) await this.#request.tell({ kind: 'trouble', error: undefined })
      this.#failures = 0
      await this.#take(report, batch)
      await this.#followMore(report)
    } catch (thrown) {
      if (this.#request.signal.aborted) return
      await this.#failed(batch, asGitOpsError(thrown))
    }
  }

  /** What has been asked for by name may be gone by now, which is no error. */
  #focusing(batch: Batch): Pick<SurveyRequest, 'focusOn'> {
    const focus = this.#focus
    if (!batch.everything) return { focusOn: (state) => this.#focusOf(batch, state) }
    return focus === undefined ? {} : { focusOn: () => ({ ...focus, refusals: new Map() }) }
  }

  async #take(report: DriftReport, batch: Batch): Promise<void> {
    const state = this.#state
    if (state === undefined) return
    const part = batch.everything
      ? undefined
      : {
          owners: new Set(batch.owners.map(referenceKey)),
          keys: new Set(batch.objects.map(({ key }) => keyString(key))),
        }
    const events = state.merge(report, part)
    if (events.length > 0) await this.#request.tell({ kind: 'events', events, report: () => state.report() })
  }

  async #failed(batch: Batch, error: GitOpsError): Promise<void> {
    if (this.#failures === 0) await this.#request.tell({ kind: 'trouble', error })
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 10), LONGEST_PAUSE_MS)
    this.#failures++
    await pauseFor(pause, this.#request.signal)
    this.#queue.giveBack(batch)
  }

  /** Those whose labels, inventories or last records have an object may apply it. */
  #focusOf({ owners, objects, labelled }: Batch, { kustomizations }: FluxState): Focus {
    const keys = new Set(objects.map(({ key }) => keyString(key)))
    const told = [...keys].flatMap((key) => this.#state?.ownersOf(key) ?? []).map(referenceOf)
    const listing = kustomizations.filter(({ status }) =>
      status.inventory.some((entry) => {
        const key = parseInventoryEntry(entry)?.key
        return key !== undefined && keys.has(keyString(key))
      }),
    )
    const listed = listing.map(({ namespace, name }) => ({ kind: 'Kustomization', namespace, name }))
    return { owners, objects, builders: [...labelled, ...told, ...listed], refusals: new Map() }
  }

  /** Kinds that only Git had before; what happened before they were followed is looked at once more. */
  async #followMore({ objects }: DriftReport): Promise<void> {
    const keys = objects.map(({ apiVersion, kind, namespace = '', name }) => ({
      group: apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '',
      kind,
      namespace,
      name,
    }))
    const fresh = await this.#collections.follow(keys, this.#discovery)
    for (const [resource, key] of fresh) this.#add(resource, key, [])
  }

  #fluxChanged(reference: FluxReference): void {
    if (reference.kind === 'Kustomization' || reference.kind === 'HelmRelease') {
      if (this.#isConcerned(reference)) this.#queue.addOwner(reference)
      return
    }
    for (const { namespace = '', name, source } of this.#state?.report().kustomizations ?? []) {
      const isOf = referenceKey(referenceOf(source)) === referenceKey(reference)
      if (isOf) this.#queue.addOwner({ kind: 'Kustomization', namespace, name })
    }
  }

  #objectChanged(resource: ApiResource, { namespace, name, object }: Change): void {
    const key = { group: resource.group, kind: resource.kind, namespace, name }
    if (resource.kind === 'CustomResourceDefinition') this.#queue.addEverything()
    const labels = object?.metadata.labels ?? {}
    this.#add(resource, key, labelledOwners({ labels, owner: undefined }))
  }

  #add(resource: ApiResource, key: ObjectKey, labelled: readonly FluxReference[]): void {
    const { group, version } = resource
    const id = keyString(key)
    const owners = [...labelled, ...(this.#state?.ownersOf(id) ?? []).map(referenceOf)]
    const isAsked =
      this.#askedKeys().some((one) => keyString(one) === id) ||
      owners.some((owner) => isOwnerAsked(this.#focus, owner))
    if (this.#focus === undefined || isAsked)
      this.#queue.addObject({ apiVersion: group === '' ? version : `${group}/${version}`, key }, labelled)
  }

  #isConcerned(reference: FluxReference): boolean {
    return isBuilt(this.#focus, reference)
  }

  #askedKeys(): readonly ObjectKey[] {
    return this.#focus?.objects.map(({ key }) => key) ?? []
  }
}

const referenceOf = ({ kind, namespace = '', name }: ObjectRef): FluxReference => ({ kind, namespace, name })

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
