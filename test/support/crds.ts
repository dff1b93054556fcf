import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { crdFolder } from './binaries.js'
import type { CrdModule } from './binaries.js'
import type { Cluster } from './cluster.js'
import { eventually } from './eventually.js'

export type CrdSet = 'flux' | 'flagger'

/** The controllers that bring the definitions of a set. */
export const CRD_MODULES: Readonly<Record<CrdSet, readonly CrdModule[]>> = {
  flux: ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'],
  flagger: ['flagger'],
}

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

interface Crd {
  readonly metadata: { readonly name: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** Creates the custom resource definitions of these sets and waits until the server serves them. */
export async function installCrds(cluster: Cluster, sets: readonly CrdSet[]): Promise<void> {
  const modules = [...new Set(sets.flatMap((set) => CRD_MODULES[set]))]
  const crds = (await Promise.all(modules.map(readCrds))).flat()
  await Promise.all(crds.map((crd) => create(cluster, crd)))
  await Promise.all(crds.map((crd) => established(cluster, crd.metadata.name)))
}

async function readCrds(module: CrdModule): Promise<readonly Crd[]> {
  const folder = crdFolder(module)
  const texts = await Promise.all(
    (await readdir(folder)).sort().map((name) => readFile(join(folder, name), 'utf8')),
  )
  return texts
    .flatMap((text) => [...parseAllDocuments(text)])
    .map((document) => document.toJS() as Crd | null)
    .filter((crd) => crd !== null)
}

async function create(cluster: Cluster, crd: Crd): Promise<void> {
  const { status, body } = await cluster.request('POST', PATH, crd)
  if (status !== 201 && status !== 409) throw new Error(`${crd.metadata.name}: ${JSON.stringify(body)}`)
}

async function established(cluster: Cluster, name: string): Promise<void> {
  let seen: unknown
  await eventually(
    async () => {
      const { body } = await cluster.request('GET', `${PATH}/${name}`)
      const conditions = (body as Crd).status?.conditions ?? []
      seen = conditions
      return conditions.find(({ type, status }) => type === 'Established' && status === 'True')
    },
    { timeoutMs: 30_000, complaint: () => `${name} is not established: ${JSON.stringify(seen)}` },
  )
}
