import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { ROOT } from '../support/source-files.js'
import { HISTORIES, TREES } from './corpus.js'
import { helmReleasesOf } from './helm-releases.js'
import { matrixOf, SIGNS } from './matrix.js'
import type { Judged, Verdict } from './verdict.js'

const KINDS = Object.keys(SIGNS) as Verdict['kind'][]

/** What the page is about: builds of commits in histories, and of folders in trees. */
export interface Comparison {
  readonly histories: readonly Judged[]
  readonly trees: readonly Judged[]
}

/** docs/corpora.md as Prettier leaves it. */
export function writePage({ histories, trees }: Comparison): Promise<string> {
  const upstreams = HISTORIES.map(({ upstream }) => upstream)
  const treeUpstreams = [...new Set(TREES.map(({ upstream }) => upstream))]
  const sections = [
    introduction(),
    totals([
      ...upstreams.map((upstream) => [upstream, of(histories, upstream)] as const),
      ...treeUpstreams.map((upstream) => [`${upstream}, folder by folder`, of(trees, upstream)] as const),
    ]),
    ...HISTORIES.map(({ upstream, newest }) => historySection(upstream, newest, of(histories, upstream))),
    treesIntroduction(),
    ...treeUpstreams.map((upstream) => `### ${upstream}\n\n${block(matrixOf(of(trees, upstream)))}`),
    releaseSection(histories),
  ]
  return format(sections.join('\n\n'), { parser: 'markdown', printWidth: 110, proseWrap: 'preserve' })
}

const of = (judged: readonly Judged[], upstream: string) =>
  judged.filter(({ subject }) => subject.corpus === upstream)

const block = (text: string): string => `\`\`\`text\n${text}\n\`\`\``

/** The version of a controller that the test servers are built from. */
function versionOf(controller: string): string {
  const pinned = readFileSync(join(ROOT, 'test/control-plane', controller, 'go.mod'), 'utf8')
  const version = new RegExp(`github.com/fluxcd/${controller} (v\\S+)`).exec(pinned)?.[1]
  if (version === undefined) throw new Error(`go.mod of ${controller} names no version`)
  return version
}

function introduction(): string {
  const kustomize = versionOf('kustomize-controller')
  const source = versionOf('source-controller')
  return `# Real repositories, build by build

Each Kustomization of three public repositories, at the newest commit and at 20 others spread evenly over the
first-parent history, is built twice: by this product, offline, from the entry path (\`clusters/NAME\`; in a commit
without clusters, each folder that holds manifests), and by the real kustomize-controller (${kustomize}), from what
the real source-controller (${source}) fetched of the same commit. \`make corpora\` does it and writes this page.

| sign | verdict     | what was seen                                                                        |
| ---- | ----------- | ------------------------------------------------------------------------------------ |
| P    | proved      | the SHA-256 of our build is the controller's \`status.history[0].digest\`              |
| ~    | approximate | the digests are equal, but the files were not made by Flux; or Flux was not asked     |
| F    | failed      | both fail; the words below are the controller's, ours are the same                   |
| ?    | unknown     | we refuse, and say why: what the build needs is not here                             |
| X    | mismatch    | a bug: there is none                                                                 |
| .    |             | the Kustomization is not there at that commit                                        |

Nothing is inferred: the controller itself built every P and F, at that commit. The spec is the one that the
parent's build declares, in whichever API version; it is given to the controller as v1, with \`path\`, patches and
every other field that shapes the build, without \`dependsOn\`, health checks and \`suspend\`, under a service
account that may apply nothing. The one field that v1 no longer has is \`validation\`, which never shaped a
build. No repository here uses \`postBuild\` or SOPS; OCI sources are unknown, for their content is not in Git.`
}

function totals(parts: readonly (readonly [string, readonly Judged[]])[]): string {
  const row = (name: string, judged: readonly Judged[]) =>
    `| ${[name, judged.length, ...KINDS.map((kind) => count(judged, kind))].join(' | ')} |`
  const head = ['repository', 'builds', ...KINDS]
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'))
  const all = parts.flatMap(([, judged]) => judged)
  const rows = parts.map(([name, judged]) => row(name, judged))
  return [`| ${head.join(' | ')} |`, `| ${rule.join(' | ')} |`, ...rows, row('all', all)].join('\n')
}

const count = (judged: readonly Judged[], kind: Verdict['kind']): number =>
  judged.filter(({ verdict }) => verdict.kind === kind).length

function historySection(upstream: string, newest: string, judged: readonly Judged[]): string {
  const last = judged.at(-1)!.subject.point.label
  return `## ${upstream}

The bundle was filtered (manifests alone), so its commits have ids of their own; ${last} is ${newest} upstream.
Behind each reason stands how many builds it is the reason of.

${block(matrixOf(judged))}`
}

function treesIntroduction(): string {
  return `## Folder by folder

Every folder that holds manifests, as the path of a Kustomization that says nothing else; and the Kustomization of
gitops-linkerd that builds faces-demo, with its patches and the ignore list of its source. In the histories above that
one is built from faces-demo 8c6b63c at every commit: what the cluster ran is not on record for others.`
}

function releaseSection(histories: readonly Judged[]): string {
  const rows = HISTORIES.flatMap(({ upstream }) => {
    const judged = of(histories, upstream)
    const newest = judged.filter(({ subject }) => subject.point === judged.at(-1)!.subject.point)
    return helmReleasesOf(newest.map(({ subject }) => subject)).map(
      ({ entry, name, chart }) => `| ${upstream.split('/')[1]!} | ${entry} | ${name} | ${chart} |`,
    )
  })
  return `## HelmReleases at the newest commits

They are in the builds above; what Helm renders from them is not.

| repository | entry path | HelmRelease | chart |
| --- | --- | --- | --- |
${[...new Set(rows)].join('\n')}`
}
