import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import { added, drifted, field, kustomization, minutesAgo, object, report } from '../../support/report.js'

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', name: 'podinfo-env' } as const

const HUGE = Array.from({ length: 300 }, (_, line) => `line ${line + 1}`).join('\n')

const NGINX = 'worker_processes 2;\nevents {}\nhttp {\n  server {\n    listen 80;\n    gzip on;\n  }\n}\n'

describeCorpus('drift/fields.txt', [
  drift(
    'a field that Git lacks, and one that is gone',
    report([
      drifted([
        added('spec.template.spec.containers[podinfo].env[DEBUG]', { name: 'DEBUG', value: 'true' }),
        field({ field: 'metadata.labels.team', op: 'removed', git: 'shop', live: undefined }),
      ]),
    ]),
  ),
  drift(
    'text that could be read as something else is quoted',
    report([
      drifted([
        field({ field: 'data.enabled', git: 'true', live: true }),
        field({ field: 'data.empty', git: '', live: ' blank ' }),
        field({ field: 'data.hex', git: '0x10', live: 16 }),
        field({ field: 'data.remark', git: '(not in Git)', live: 'no' }),
        field({ field: 'spec.schedule', git: '*/5 * * * *', live: '*/6 * * * *' }),
        field({ field: 'spec.nothing', git: null, live: [] }),
      ]),
    ]),
  ),
  drift(
    'where Git holds its value, as far as that is known',
    report([
      drifted([
        field({ origin: { file: 'apps/podinfo/deployment.yaml', line: 23, commit: '8b02e61' } }),
        field({
          field: 'metadata.labels.team',
          op: 'removed',
          git: 'shop',
          live: undefined,
          origin: { file: 'apps/labels.yaml' },
        }),
        field({
          field: 'data.motd',
          git: 'a\nb\n',
          live: 'a\nc\n',
          origin: { file: 'apps/motd.txt', line: 2 },
        }),
        field({ field: 'data.hostile', origin: { file: 'a\u001b[31m\nb', line: 1 } }),
      ]),
    ]),
  ),
  drift(
    'Flux will not revert it, and why',
    report([
      drifted([
        added('spec.paused', true, {
          willRevert: false,
          because: 'Flux leaves fields of k9s alone',
          actor: { class: 'person', manager: 'k9s', operation: 'Update', time: minutesAgo(1) },
        }),
      ]),
    ]),
  ),
  drift(
    'actors: none, without a name, on a subresource, without a time',
    report([
      drifted([
        field({ field: 'spec.a', actor: undefined }),
        field({ field: 'spec.b', actor: { class: 'controller', manager: '', operation: 'Update' } }),
        field({
          field: 'spec.c',
          actor: {
            class: 'person',
            manager: 'kubectl',
            operation: 'Update',
            subresource: 'scale',
            time: minutesAgo(60 * 50),
          },
        }),
        field({
          field: 'spec.d',
          actor: { class: 'person', manager: 'kubectl', operation: 'Apply', time: 'yesterday' },
        }),
      ]),
    ]),
  ),
  drift(
    'when Flux comes back: soon, any moment, overdue, not known',
    report(
      ['soon', 'due', 'late', 'unknown'].map((name) => ({
        ...drifted([field()], { name }),
        owner: { ...object().owner, name },
      })),
      [
        kustomization({ name: 'soon', nextReconcile: minutesAgo(-8) }),
        kustomization({ name: 'due', nextReconcile: minutesAgo(1) }),
        kustomization({ name: 'late', nextReconcile: minutesAgo(200) }),
        kustomization({ name: 'unknown', nextReconcile: undefined }),
      ],
    ),
  ),
  drift(
    'long text on one line is broken at blanks and never cut',
    report([
      drifted([
        field({
          field: 'spec.template.spec.containers[podinfo].image',
          git: 'registry.platform.example/faces/face@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          live: 'registry.platform.example/faces/face:hotfix',
        }),
        field({
          field: 'metadata.annotations.description',
          git: 'the quick brown fox jumps over the lazy dog and then goes on to jump over all of the other dogs',
          live: 'short',
        }),
      ]),
    ]),
  ),
  drift(
    'several lines: a patch',
    report([
      drifted(
        [field({ field: 'data[nginx.conf]', git: NGINX, live: NGINX.replace('gzip on', 'gzip off') })],
        CONFIG,
      ),
    ]),
  ),
  drift(
    'several lines: blanks at the end and a missing newline show',
    report([
      drifted(
        [field({ field: 'data.text', git: 'one\ntwo\n\tthree\n', live: 'one  \ntwo\n\tthree' })],
        CONFIG,
      ),
    ]),
  ),
  drift(
    'several lines that Git lacks, and some that are gone',
    report([
      drifted(
        [
          added('data[nginx.conf]', NGINX),
          field({ field: 'data.script', op: 'removed', git: '#!/bin/sh\nexec true\n', live: undefined }),
        ],
        CONFIG,
      ),
    ]),
  ),
  drift(
    'a large map that Git lacks is YAML',
    report([
      drifted([
        added('spec.template.spec.containers[debug]', {
          name: 'debug',
          image: 'busybox:1.36',
          command: ['sleep', 'infinity'],
          securityContext: { privileged: true },
        }),
      ]),
    ]),
  ),
  drift(
    'hundreds of lines that Git lacks are cut short',
    report([drifted([added('data.log', HUGE)], CONFIG)]),
  ),
  drift(
    'two texts with nothing in common, too long for a patch',
    report([
      drifted(
        [
          field({
            field: 'data.all',
            git: Array.from({ length: 1500 }, (_, line) => `git ${line}`).join('\n'),
            live: Array.from({ length: 1500 }, (_, line) => `live ${line}`).join('\n'),
          }),
        ],
        CONFIG,
      ),
    ]),
  ),
  drift(
    'another order',
    report([
      drifted(
        [
          field({
            field: 'spec.template.spec.containers[podinfo].args',
            op: 'reordered',
            git: ['serve', '-v'],
            live: ['-v', 'serve'],
          }),
          field({
            field: 'spec.template.spec.initContainers',
            op: 'reordered',
            git: [
              { name: 'migrate', image: 'example.org/migrate:1' },
              { name: 'wait', image: 'example.org/wait:1' },
            ],
            live: [
              { name: 'wait', image: 'example.org/wait:1' },
              { name: 'migrate', image: 'example.org/migrate:1' },
            ],
          }),
        ],
        { reason: 'reordered' },
      ),
    ]),
  ),
  drift(
    'secrets are marks',
    report([
      drifted(
        [
          field({ field: 'data.token', git: '*** (after)', live: '*** (before)' }),
          added('data.extra', '***'),
          added('spec.template.spec.containers[podinfo].env[DB_PASSWORD]', {
            name: 'DB_PASSWORD',
            value: '***',
          }),
        ],
        { apiVersion: 'v1', kind: 'Secret', name: 'podinfo-token' },
      ),
    ]),
  ),
  drift(
    'opted out on the cluster alone',
    report([
      drifted([], {
        reason: 'reconcile-disabled-live-only',
        message:
          'kustomize.toolkit.fluxcd.io/reconcile: disabled is set on the live object only: Flux skips it and will not put anything back',
      }),
    ]),
  ),
])
