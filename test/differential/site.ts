import { join } from 'node:path'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Flux } from '../support/flux.js'
import { GIT_ENV } from '../support/git-repository.js'
import { type Case, needsOwnSource, writeFiles } from './case.js'
import type { Place } from './outcome.js'
import { inParallel } from './parallel.js'

export const NAMESPACE = 'default'

/** A case, and where both sides find it. */
export interface Placed {
  readonly input: Case
  /** Of its Kustomization. */
  readonly name: string
  /** Of its GitRepository. */
  readonly source: string
  readonly place: Place
}

/** Cases that share a source, each in a folder of its own; or one that has it for itself. */
interface Site {
  readonly name: string
  readonly ignore: string | undefined
  readonly cases: readonly (readonly [folder: string, input: Case])[]
}

/** Commits the cases of a round and waits until Flux has their sources; answers them in their order. */
export async function placeCases(
  flux: Flux,
  round: string,
  cases: readonly Case[],
): Promise<readonly Placed[]> {
  const nameOf = (input: Case): string => `${round}-c${cases.indexOf(input)}`
  const shared = cases.filter((input) => !needsOwnSource(input))
  const sites: Site[] = cases
    .filter(needsOwnSource)
    .map((input) => ({ name: nameOf(input), ignore: input.ignore, cases: [['', input]] }))
  if (shared.length > 0)
    sites.push({ name: round, ignore: undefined, cases: shared.map((input) => [nameOf(input), input]) })
  const published = await inParallel(sites, 4, (site) => publish(flux, site))
  const placed = sites.flatMap(({ name, cases: own }, i) =>
    own.map(([root, input]) => ({
      input,
      name: nameOf(input),
      source: name,
      place: { ...published[i]!, root },
    })),
  )
  return cases.map((input) => placed.find((one) => one.input === input)!)
}

async function publish(flux: Flux, { name, ignore, cases }: Site): Promise<Place> {
  const repository = await flux.createRepository(name)
  for (const [folder, { files }] of cases) await writeFiles(join(repository.path, folder), files)
  const commit = await repository.commit('Write the cases')
  await repository.push()
  const spec = ignore === undefined ? {} : { ignore }
  await flux.gitRepository({ name, namespace: NAMESPACE, url: repository.url, spec })
  const source = { kind: 'GitRepository', namespace: NAMESPACE, name } as const
  await flux.waitFor(source, (object) => object.status?.artifact !== undefined)
  return { repository: await openCheckout(repository.path, { env: GIT_ENV }), commit, root: '', ignore }
}
