import { join } from 'node:path'
import { BUNDLE, finished, startBundle } from '../support/plugin.js'
import type { Example } from '../support/corpus.js'
import { TestRepository, type TestFile } from '../support/git-repository.js'
import { temporaryFolder } from '../support/processes.js'

const child = (name: string, spec = ''): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 10m, prune: true, path: ./${name}, sourceRef: {kind: GitRepository, name: flux-system}${spec}}
`

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - {name: web, image: example.com/web:1.0, env: [{name: API_TOKEN, value: swordfish}]}
`

/** A platform with what can go wrong in one: broken builds, circles, another repository, secrets. */
const FILES: Readonly<Record<string, TestFile>> = {
  'clusters/production/source.yaml':
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {url: https://git.example.com/fleet}\n',
  'clusters/production/shop.yaml': child('shop', ', dependsOn: [{name: settings}]'),
  'clusters/production/settings.yaml': child('settings'),
  'clusters/production/broken.yaml': child('broken'),
  'clusters/production/chicken.yaml': child('chicken', ', dependsOn: [{name: egg}]'),
  'clusters/production/egg.yaml': child('egg', ', suspend: true, dependsOn: [{name: chicken}]'),
  'clusters/production/tenant.yaml': child('tenant').replace(
    'GitRepository, name: flux-system',
    'GitRepository, name: tenant',
  ),
  'settings/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: flux-system}\ndata: {region: "no\\u202Eeu"}\n',
  'shop/kustomization.yaml':
    'resources: [web.yaml]\nconfigMapGenerator: [{name: page, namespace: shop, literals: [title=Shop]}]\n',
  'shop/web.yaml': WEB,
  'shop/session.yaml': 'not read',
  'broken/kustomization.yaml': 'resources: [gone.yaml]\n',
  'chicken/feed.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata: {name: feed, namespace: default}\nstringData: {key: swordfish}\n',
  'egg/.gitkeep': '',
}

/** The repository of these files with two commits, and a way to run the program beside it. */
export interface OfflineStage {
  readonly path: string
  /** What the program says in this repository: stdout, then stderr, then the exit code. */
  example(title: string, ...args: readonly string[]): Promise<Example>
  run(...args: readonly string[]): ReturnType<typeof finished>
  remove(): Promise<void>
}

/** Makes it; ids and times are the same in every run. */
export async function createOfflineStage(): Promise<OfflineStage> {
  const folder = await temporaryFolder('offline')
  const path = join(folder.path, 'fleet')
  const repository = await TestRepository.create(path)
  await repository.commit({ files: FILES, message: 'Lay out the platform' })
  await repository.commit({
    files: { 'shop/web.yaml': WEB.replace('replicas: 2', 'replicas: 3') },
    message: 'Serve more',
  })
  const run = (...args: readonly string[]): ReturnType<typeof finished> => {
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder.path,
      XDG_CACHE_HOME: join(folder.path, 'cache'),
    }
    return finished(startBundle(args, { file: BUNDLE, cwd: path, env }))
  }
  return {
    path,
    run,
    example: async (title, ...args) => {
      const { stdout, stderr, code } = await run(...args)
      const output = `${stdout}${stderr}exit ${String(code)}\n`.replaceAll(folder.path, '/home/user')
      return { title, command: ['kubectl gitops', ...args].join(' '), output }
    },
    remove: () => folder.remove(),
  }
}
