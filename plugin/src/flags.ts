import { Args, Flags } from '@oclif/core'

const CLUSTER = 'CLUSTER'

/** kubectl's flags that say which cluster, as whom; named and lettered as kubectl has them. */
export const clusterFlags = {
  kubeconfig: Flags.string({
    description: 'path to the kubeconfig file',
    helpGroup: CLUSTER,
    helpValue: '<file>',
  }),
  context: Flags.string({
    description: 'kubeconfig context to use',
    helpGroup: CLUSTER,
    helpValue: '<name>',
  }),
  as: Flags.string({ description: 'user to impersonate', helpGroup: CLUSTER, helpValue: '<user>' }),
  'as-group': Flags.string({
    description: 'group to impersonate, repeatable',
    helpGroup: CLUSTER,
    helpValue: '<group>',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'request-timeout': Flags.string({
    description: 'longest time for one request to the server: 10s, 2m; 0 for none',
    helpGroup: CLUSTER,
    helpValue: '<duration>',
    default: '30s',
  }),
}

const SCOPE = { helpGroup: 'SCOPE' } as const
const NAMESPACE = { ...SCOPE, char: 'n', helpValue: '<namespace>' } as const
const OR_ALL = ['all-namespaces']
const allNamespaces = Flags.boolean({
  ...SCOPE,
  char: 'A',
  description: 'the whole cluster, which is the default',
})

/** Which namespaces, of whatever is there. */
export const scopeFlags = {
  namespace: Flags.string({
    ...NAMESPACE,
    exclusive: OR_ALL,
    description:
      'only objects that live in this namespace or belong to Flux objects there; with names, where they are',
  }),
  'all-namespaces': allNamespaces,
  selector: Flags.string({
    ...SCOPE,
    char: 'l',
    helpValue: '<selector>',
    description: 'only objects whose labels, live or in Git, meet it: a=b, a!=b, a in (b,c), !a',
  }),
}

/** Which objects are meant; all of them where none is named. */
export const targetArgs = {
  target: Args.string({
    description: 'kustomization/NAME, helmrelease/NAME, TYPE/NAME or TYPE NAME; all of them without one',
    multiple: true,
    ignoreStdin: true,
  }),
}

/** Which Kustomizations are meant; all of them where none is named. */
export const kustomizationArgs = {
  kustomization: Args.string({
    description: 'NAME, NAMESPACE/NAME or kustomization/NAME; all of them without one',
    multiple: true,
    ignoreStdin: true,
  }),
}

/** Which namespaces, of Flux's own objects. */
export const fluxScopeFlags = {
  namespace: Flags.string({
    ...NAMESPACE,
    exclusive: OR_ALL,
    description: 'only Kustomizations of this namespace',
  }),
  'all-namespaces': allNamespaces,
}

/** A repository instead of a cluster. */
export const offlineFlags = {
  path: Flags.string({
    description: 'entry path in a repository, like clusters/production: no cluster is asked',
    helpGroup: 'GIT',
    helpValue: '<path>',
    exclusive: ['kubeconfig', 'context', 'as', 'as-group'],
  }),
}

/** Where Git is read. */
export const gitFlags = {
  repo: Flags.string({
    description: 'local repository to read: PATH (matched by its remotes), or URL=PATH; repeatable',
    helpGroup: 'GIT',
    helpValue: '<path>',
    multiple: true,
    multipleNonGreedy: true,
  }),
}

/** How the answer looks. */
export const outputFlags = {
  color: Flags.option({
    description: 'when to use colour; NO_COLOR is honoured',
    options: ['auto', 'always', 'never'] as const,
    default: 'auto' as const,
    helpGroup: 'OUTPUT',
  })(),
}
