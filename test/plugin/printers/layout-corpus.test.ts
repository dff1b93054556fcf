import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import { added, drifted, field, kustomization, object, report } from '../../support/report.js'

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', name: 'podinfo-env' } as const

const SCALED = field({
  op: 'added',
  git: undefined,
  live: 5,
  actor: {
    class: 'autoscaler',
    manager: 'kube-controller-manager',
    operation: 'Update',
    subresource: 'scale',
  },
  willRevert: false,
  because: 'Flux leaves fields of kube-controller-manager (subresource scale) alone',
})

const LONG_NAME = 'authorizationpolicies-of-the-payment-service-in-production.example.com'

const LONG_OWNER = { ...object().owner, name: 'a-kustomization-whose-name-leaves-little-room' }

const LAYOUT = report(
  [
    object({ explained: [SCALED] }),
    object({ apiVersion: 'v1', kind: 'Service' }),
    object({ apiVersion: 'v1', kind: 'ServiceAccount' }),
    drifted([field(), added('spec.paused', true)], { name: 'other', explained: [SCALED] }),
    object({ ...CONFIG, verdict: 'missing', message: 'Flux will create it again' }),
    object({ apiVersion: 'v1', kind: 'Secret' }),
    object({
      apiVersion: 'batch/v1',
      kind: 'Job',
      reason: 'unknown-field',
      message: 'spec.retries is not a field of Job: the server drops it',
    }),
  ],
  [
    kustomization({ objects: 7 }),
    kustomization({ name: 'empty', objects: 0 }),
    kustomization({ name: 'waiting', verdict: 'pending', message: 'a reconcile is running', objects: 0 }),
  ],
)

describeCorpus('drift/layout.txt', [
  drift('blocks, paragraphs and lists', LAYOUT),
  drift('blocks, paragraphs and lists, wide', LAYOUT, { format: 'wide' }),
  drift('120 columns: verdicts stay where the eye finds them', LAYOUT, { width: 120 }),
  drift('colours say nothing that the words do not', LAYOUT, { format: 'wide', color: true }),
  drift(
    'names too long for the line',
    report(
      [
        drifted([field()], {
          name: 'a-deployment-with-a-rather-long-name-for-eighty-columns',
          namespace: 'payment-production',
          owner: LONG_OWNER,
        }),
        drifted([field()], {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          name: LONG_NAME,
          namespace: undefined,
          owner: LONG_OWNER,
        }),
        drifted([field()], {
          apiVersion: 'security.example.com/v1',
          kind: 'AuthorizationPolicy',
          name: LONG_NAME,
        }),
      ],
      [
        kustomization({
          name: LONG_OWNER.name,
          revision: 'a-branch-with-a-long-name@sha1:' + 'a'.repeat(40),
          verdict: 'unknown',
        }),
      ],
    ),
  ),
  drift(
    'control characters are shown, not obeyed',
    report([
      drifted(
        [
          field({
            field: 'metadata.annotations.\u001b[31mred\u0007',
            git: 'a\u001b[2Jb',
            live: 'right\u202eleft\u200b',
          }),
          field({ field: 'data.a\nb', git: 'x\ty\r', live: '\u{e0041}' }),
          field({ field: 'data.text', git: 'one\n\u001b]0;title\u0007two\n', live: 'one\ntwo\n' }),
        ],
        { name: 'pod\u009binfo', message: 'said\u001b[1m so' },
      ),
    ]),
  ),
  drift(
    'a terminal of 40 columns',
    report([drifted([field(), added('metadata.annotations.owner', 'the team that is on call this week')])]),
    { width: 20 },
  ),
])
