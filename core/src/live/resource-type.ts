import { GitOpsError } from '../errors.js'
import { nearWord } from '../near-word.js'
import type { ApiResource, Discovery } from './discovery.js'

/**
 * The resource that a word names as kubectl understands it: `deployments`, `deployment`, `deploy`,
 * `deployments.apps`, `deployments.v1.apps`, in any case. Of several groups the server's first counts, of several
 * versions the preferred one.
 * Source: cli-runtime pkg/resource/builder.go mappingFor, apimachinery restmapper/shortcut.go.
 * @throws GitOpsError USAGE for a word that names nothing, with the near one
 */
export function findResourceType(discovery: Discovery, typed: string): ApiResource {
  const [name = '', ...suffix] = typed.toLowerCase().split('.')
  const [version = '', ...group] = suffix
  const found =
    (group.length > 0 ? find(discovery, { name, version, group: group.join('.') }) : undefined) ??
    find(discovery, { name, group: suffix.length === 0 ? undefined : suffix.join('.') })
  if (found === undefined) throw unknownType(discovery, typed, suffix.join('.'))
  return found
}

interface Wanted {
  readonly name: string
  readonly group: string | undefined
  readonly version?: string
}

function find({ resources }: Discovery, { name, group, version }: Wanted): ApiResource | undefined {
  const inVersion = resources.filter((one) => version === undefined || one.version === version)
  const exact = inVersion.filter((one) => group === undefined || one.group === group)
  // A group may be cut short, as in `certificates.cert-manager`.
  const inGroup = exact.length > 0 ? exact : inVersion.filter((one) => one.group.startsWith(group ?? ''))
  const named = inGroup.filter((one) => [one.plural, one.singular, one.kind.toLowerCase()].includes(name))
  const found = named.length > 0 ? named : inGroup.filter(({ shortNames }) => shortNames.includes(name))
  const ofFirst = found.filter((one) => one.group === found[0]?.group)
  return ofFirst.find(({ preferred }) => preferred) ?? ofFirst[0]
}

function unknownType({ resources, unavailable }: Discovery, typed: string, group: string): GitOpsError {
  const silent = unavailable.find((one) => group === '' || one.group.startsWith(group))
  const words = resources.flatMap(({ plural, singular, shortNames }) => [singular, plural, ...shortNames])
  const near = [typed, typed.split('.', 1)[0] ?? '']
    .map((word) =>
      nearWord(
        word.toLowerCase(),
        words.filter(({ length }) => length > 2),
      ),
    )
    .find((word) => word !== undefined)
  return new GitOpsError('USAGE', {
    what: `the server doesn't have a resource type ${JSON.stringify(typed)}`,
    why: silent === undefined ? undefined : `it cannot say what ${silent.group} holds: ${silent.why}`,
    tryThis: near ?? 'kubectl api-resources',
  })
}
