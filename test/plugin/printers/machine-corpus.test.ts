import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import {
  added,
  drifted,
  field,
  helmRelease,
  kustomization,
  MIXED,
  object,
  report,
} from '../../support/report.js'

const FIELDS = [
  field({ origin: { file: 'apps/podinfo/deploy ment.yaml', line: 14, commit: '8b02e61' } }),
  added('spec.paused', true, { willRevert: false, because: 'Flux leaves fields of k9s alone' }),
  field({
    path: '/spec/strategy',
    field: 'spec.strategy',
    op: 'removed',
    git: { type: 'Recreate' },
    live: undefined,
  }),
  field({ path: '/spec/x', field: 'spec.initContainers', op: 'reordered', git: ['a'], live: ['b'] }),
]

/** One of every verdict, below two Kustomizations. */
const ALL = report(
  [
    drifted(FIELDS),
    object({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'gone',
      verdict: 'missing',
      reason: 'deleted',
      message: 'Flux will create it again',
    }),
    object({
      apiVersion: 'v1',
      kind: 'Namespace',
      name: 'extra',
      namespace: undefined,
      verdict: 'orphaned',
      reason: 'prune-disabled',
    }),
    object({ name: 'ahead', verdict: 'pending', message: 'the newer revision adds it' }),
    object({ name: 'left', verdict: 'excluded' }),
    object({ name: 'bad', verdict: 'failed', reason: 'namespace-missing' }),
    object({ name: 'hidden', verdict: 'unknown', reason: 'forbidden', message: 'no right to read' }),
    object({ name: 'fine' }),
  ],
  [
    kustomization({ objects: 8 }),
    kustomization({
      name: 'broken',
      verdict: 'failed',
      reason: 'build-failed',
      message: 'it does not build\nat all',
      objects: 0,
    }),
  ],
)

const RELEASE = helmRelease({ verdict: 'failed', reason: 'upgrade-failed', message: 'the upgrade timed out' })

/** A HelmRelease that bears the name of a Kustomization. */
const RELEASED = report(
  [
    object(),
    drifted([field()], {
      owner: { apiVersion: RELEASE.apiVersion, kind: RELEASE.kind, name: 'apps', namespace: 'flux-system' },
    }),
  ],
  [kustomization()],
  { helmReleases: [{ ...RELEASE, name: 'apps' }] },
)

/** Names and values that would end an element, a label or a message. */
const HOSTILE = report(
  [
    drifted(
      [field({ field: 'data[a"b<c>&\'d]', git: '{0} [a](1)', live: 'x\u0000\u001b\uffff"}\n# HELP' })],
      {
        name: 'a"b\\c\nd<e>',
      },
    ),
  ],
  [kustomization()],
)

const FORMATS = ['ndjson', 'sarif', 'junit', 'prometheus'] as const

describeCorpus(
  'drift/machine.txt',
  FORMATS.flatMap((format) => [
    drift(`${format}: every verdict`, ALL, { format }),
    drift(`${format}: what would mean something to its readers`, HOSTILE, { format }),
    drift(`${format}: a HelmRelease`, RELEASED, { format }),
    drift(`${format}: nothing to compare`, report([], []), { format }),
  ]),
)

describeCorpus('drift/markdown.txt', [
  drift('markdown: every verdict', ALL, { format: 'markdown' }),
  drift('markdown: drifted and missing', MIXED, { format: 'markdown' }),
  drift('markdown: a HelmRelease', RELEASED, { format: 'markdown' }),
  drift('markdown: all in sync', report([object()]), { format: 'markdown' }),
  drift('markdown: nothing to compare', report([], []), { format: 'markdown' }),
  drift(
    'markdown: text of several lines is a patch below the table',
    report([
      drifted([
        field({ field: 'data[nginx.conf]', git: 'a\n```\nb 2\n', live: 'a\n```\nb 3\n' }),
        added('data.motd', 'one\ntwo'),
      ]),
    ]),
    { format: 'markdown' },
  ),
  drift(
    'markdown: nobody is mentioned, nothing is linked, no cell is ended',
    report(
      [
        drifted(
          [
            field({
              field: 'metadata.labels[@octocat]',
              git: 'a|b `c` </code>',
              live: '[x](https://evil.example)\n# y',
            }),
          ],
          { name: '@org/team www.evil.example' },
        ),
      ],
      [kustomization({ verdict: 'failed', message: '```\n@octocat <img>' })],
    ),
    { format: 'markdown' },
  ),
])
