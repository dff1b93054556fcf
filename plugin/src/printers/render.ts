import type { OriginFile } from '@kubectl-gitops/core/desired/origin-file.js'
import { displayName, keyOf, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import { shortRevision } from '@kubectl-gitops/core/revision.js'
import type { Render, Rendered, Rendering, RenderProof } from '@kubectl-gitops/core/survey/rendering.js'
import { printJson, printYaml } from './document.js'
import { errorFacts } from './error.js'
import type { Style } from './style.js'
import { visible } from './text.js'

/** The forms of `render -o`. */
export const RENDER_FORMATS = ['yaml', 'json', 'name', 'digest'] as const
export type RenderFormat = (typeof RENDER_FORMATS)[number]

/** Prints what was built, piece by piece; what was not is told on stderr, and in the JSON document. */
export function* printRender(render: Render, format: RenderFormat, style: Style): Generator<string> {
  const { renderings } = render
  if (format === 'json') yield printJson(documentOf(render))
  if (format === 'digest') yield* renderings.map(printDigest)
  const built = renderings.filter((one): one is Rendered => 'objects' in one)
  if (format === 'yaml') for (const one of built) yield* printObjects(one, style)
  if (format !== 'name') return
  const names = new Set(built.flatMap(({ objects }) => objects).map((object) => displayName(keyOf(object))))
  for (const name of names) yield `${visible(name)}\n`
}

const nameOf = ({ kustomization: { namespace, name } }: Rendering): string => `${namespace}/${name}`

function printDigest(one: Rendering): string {
  const [digest, words] =
    'error' in one ? ['-', `unknown (${one.error.message})`] : [one.digest, proofWords(one.proof)]
  return `${visible(`${digest}  ${nameOf(one)}  ${words}`)}\n`
}

function proofWords(proof: RenderProof): string {
  if (proof.status === 'proved') return 'proved'
  if (proof.status === 'no-digest') return 'unknown (Flux keeps no digest of this revision)'
  return `${proof.status} (${proof.why})`
}

/** One YAML stream: every document begins with its rule, and what it belongs to. */
function* printObjects(one: Rendered, { dim }: Style): Generator<string> {
  const head = `Kustomization/${nameOf(one)}   ${shortRevision(one.revision)}`
  for (const [index, object] of one.objects.entries()) {
    const origin = one.origins?.[index]
    const remark = origin === undefined ? proofWords(one.proof) : originWords(origin)
    const comment =
      index === 0 || origin !== undefined ? `${dim(`# ${visible(`${head}   ${remark}`)}`)}\n` : ''
    yield `---\n${comment}${printYaml(object)}`
  }
}

function originWords(origin: OriginFile): string {
  if ('unknown' in origin) return `unknown file (${origin.unknown})`
  return origin.generator === undefined ? origin.path : `${origin.path} (${origin.generator})`
}

/** The versioned document of `-o json`. */
function documentOf({ renderings, notes }: Render): unknown {
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'Render',
    kustomizations: renderings.map((one) => {
      const { apiVersion, namespace, name, source, path } = one.kustomization
      const facts = {
        apiVersion,
        kind: 'Kustomization',
        namespace,
        name,
        source,
        path: path === '' ? './' : path,
      }
      if ('error' in one) return { ...facts, error: errorFacts(one.error) }
      const { revision, digest, proof, objects, origins } = one
      const items = objects.map((object, index) => itemOf(object, origins?.[index]))
      return { ...facts, revision, digest, proof, objects: items }
    }),
    notes,
  }
}

function itemOf(manifest: KubernetesObject, origin: OriginFile | undefined): unknown {
  return origin === undefined ? { manifest } : { origin, manifest }
}
