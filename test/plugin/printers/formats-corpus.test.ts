import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { printJson, printYaml } from '../../../plugin/src/printers/document.js'
import { errorDocument, printError } from '../../../plugin/src/printers/error.js'
import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import { MIXED, drifted, field, kustomization, object, report } from '../../support/report.js'

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', name: 'podinfo-env' } as const

const BIG = report([
  drifted([
    field({ git: 9007199254740993n, live: 9007199254740992n }),
    field({ git: { ids: [9007199254740993n] }, live: [9007199254740992n, -9223372036854775808n] }),
  ]),
])

const ERROR = new GitOpsError('REVISION_NOT_FOUND', {
  what: 'main@sha1:3f1c9ad2 is not in /home/jo/fleet',
  why: 'fatal: Not a valid object name 3f1c9ad2\nfatal: \u001b[31mred',
  tryThis: 'git -C /home/jo/fleet fetch origin main',
})

describeCorpus('drift/formats.txt', [
  drift('json', MIXED, { format: 'json' }),
  drift('yaml', MIXED, { format: 'yaml' }),
  drift(
    'names of what is not in sync, each once',
    report(
      [
        drifted([field()]),
        object({ ...CONFIG, verdict: 'missing' }),
        object({ name: 'fine' }),
        drifted([field()], { namespace: 'other' }),
      ],
      [kustomization(), kustomization({ name: 'broken', verdict: 'failed' })],
    ),
    { format: 'name' },
  ),
  drift('no name where all is in sync', report([object()]), { format: 'name' }),
  drift(
    'json writes what a terminal would obey as escapes',
    report([], [kustomization({ message: 'a\u009bb\u202ec\u{e0041}d\u001be' })]),
    { format: 'json' },
  ),
  drift('json prints integers beyond 2^53 in full', BIG, { format: 'json' }),
  drift('yaml prints integers beyond 2^53 in full', BIG, { format: 'yaml' }),
  drift('for people integers beyond 2^53 are printed in full', BIG),
])

describeCorpus('drift/errors.txt', [
  {
    title: 'an error: what, why, what to try, and its code',
    command: 'kubectl gitops drift',
    output: printError(ERROR),
  },
  {
    title: 'an error that says no more than what',
    command: 'kubectl gitops drift',
    output: printError(new GitOpsError('INTERNAL', { what: 'something went wrong inside kubectl-gitops' })),
  },
  {
    title: 'an error as JSON',
    command: 'kubectl gitops drift -o json',
    output: printJson(errorDocument(ERROR)),
  },
  {
    title: 'an error as YAML',
    command: 'kubectl gitops drift -o yaml',
    output: printYaml(errorDocument(ERROR)),
  },
])
