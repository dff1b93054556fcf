import type { Cluster } from '../support/cluster.js'
import { eventually } from '../support/eventually.js'
import type { Flux } from '../support/flux.js'
import { conditionOf, type FluxObject } from '../support/flux-objects.js'
import { PROVIDED } from './arbitrary/spec.js'
import type { Case } from './case.js'
import { controllerWords, ourOutcome, type Outcome } from './outcome.js'
import { inParallel } from './parallel.js'
import { NAMESPACE, placeCases, type Placed } from './site.js'

const LIST = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/kustomizations`
/** How long one round may take on the slowest of machines. */
const PATIENCE_MS = 600_000
/** After this much silence the last few cases of a round count as lost; after the longer one, everything is. */
const SILENCE_MS = 20_000
const DEAD_MS = 90_000
const STUCK = 2

export interface Compared {
  readonly input: Case
  readonly flux: Outcome
  readonly ours: Outcome
}

/** The ConfigMaps and Secrets that cases take variables from. */
export async function provide(plane: Cluster): Promise<void> {
  for (const [kind, objects] of Object.entries(PROVIDED)) {
    for (const [name, data] of Object.entries(objects)) {
      const [resource, field] = kind === 'Secret' ? ['secrets', 'stringData'] : ['configmaps', 'data']
      const path = `/api/v1/namespaces/${NAMESPACE}/${resource}`
      const { status, body } = await plane.request('POST', path, { metadata: { name }, [field]: data })
      if (status !== 201) throw new Error(`${kind}/${name} was refused: ${JSON.stringify(body)}`)
    }
  }
}

/** Lets Flux build cases and builds them ourselves; many at once, in one commit wherever that is the same. */
export class Arena {
  readonly #plane: Cluster
  readonly #flux: Flux
  #rounds = 0

  constructor(plane: Cluster, flux: Flux) {
    this.#plane = plane
    this.#flux = flux
  }

  async run(cases: readonly Case[]): Promise<readonly Compared[]> {
    const round = `r${++this.#rounds}`
    const placed = await placeCases(this.#flux, round, cases)
    try {
      const objects = await inParallel(placed, 8, (one) => this.#create(one, round))
      const ours = inParallel(placed, 2, ({ place }, i) =>
        ourOutcome({ ...objects[i]!, status: undefined }, place),
      )
      const [flux, own] = await Promise.all([this.#outcomes(placed, round), ours])
      return placed.map(({ input }, i) => ({ input, flux: flux[i]!, ours: own[i]! }))
    } finally {
      const repositories = new Set(placed.map(({ place }) => place.repository))
      await Promise.all([...repositories].map((one) => one.close()))
      await this.#plane.request('DELETE', selectorOf(round))
    }
  }

  /** Nobody may apply anything under the name of this service account; what was built has its digest by then. */
  async #create({ input, name, source, place }: Placed, round: string): Promise<FluxObject> {
    const path = place.root === '' ? input.path : `./${place.root}/${input.path}`
    const spec = {
      ...{ interval: '1h', retryInterval: '1h', timeout: '20s', prune: false, serviceAccountName: 'nobody' },
      ...input.spec,
      ...{ path, sourceRef: { kind: 'GitRepository', name: source } },
    }
    const type = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' }
    const metadata = { name, namespace: NAMESPACE, labels: { round } }
    const { status, body } = await this.#plane.request('POST', LIST, { ...type, metadata, spec })
    if (status !== 201) throw new Error(`the server refused ${JSON.stringify(spec)}: ${JSON.stringify(body)}`)
    return body as FluxObject
  }

  /**
   * Flux's answers to a round, in the order of its cases. There are inputs that make the controller panic after
   * it has built them: it tries again for ever, and nothing is heard of the digest.
   */
  async #outcomes(placed: readonly Placed[], round: string): Promise<readonly Outcome[]> {
    let answers: readonly (Outcome | undefined)[] = []
    let changed = Date.now()
    const complaint = () =>
      `Flux left ${answers.filter((one) => one === undefined).length} cases:\n${this.#flux.log()}`
    return eventually(
      async () => {
        const before = answers.filter((one) => one !== undefined).length
        answers = await this.#answers(placed, round)
        const decided = answers.filter((one) => one !== undefined)
        if (decided.length > before) changed = Date.now()
        const silence = Date.now() - changed
        const left = placed.length - decided.length
        if (left > STUCK && silence > DEAD_MS) throw new Error(complaint())
        if (left > 0 && (left > STUCK || silence < SILENCE_MS)) return undefined
        return answers.map((one) => one ?? { silent: true })
      },
      { timeoutMs: PATIENCE_MS, everyMs: 200, complaint },
    )
  }

  async #answers(placed: readonly Placed[], round: string): Promise<readonly (Outcome | undefined)[]> {
    const { body } = await this.#plane.request('GET', selectorOf(round))
    const { items } = body as { readonly items: readonly FluxObject[] }
    const objects = new Map(items.map((object) => [object.metadata.name, object]))
    return placed.map(({ name, place }) => {
      const object = objects.get(name)
      return object === undefined ? undefined : readOutcome(object, place.root)
    })
  }
}

const selectorOf = (round: string): string => `${LIST}?labelSelector=round%3D${round}`

/** Undefined while Flux is not done. A build whose apply was refused has a digest, one that failed has none. */
export function readOutcome(object: FluxObject, root: string): Outcome | undefined {
  const ready = conditionOf(object, 'Ready')
  if (ready === undefined || ready.status === 'Unknown') return undefined
  const digest = object.status?.history?.[0]?.digest
  if (digest !== undefined) return { digest }
  const isFinal = ready.reason === 'BuildFailed' || ready.message.startsWith('kustomization path not found')
  return isFinal ? { words: controllerWords(ready.message, root) } : undefined
}
