import fc from 'fast-check'
import { VERDICTS } from '@kubectl-gitops/core/drift/report.js'
import { added, drifted, field, kustomization, object, report } from './report.js'

/** Words that mean something to one form of output or another. */
const HOSTILE = [
  '| a | b |',
  'a\\|b',
  '`code` ``` ````',
  '</code></summary></details><img src=x>',
  '@octocat @org/team #1 user@example.com',
  '[link](https://evil.example) www.evil.example http://evil.example',
  ']]><failure/>&amp;',
  '{0} {1} [a](1)',
  'a"} 1\n# HELP x',
  '\u0000\u001b[31m\ufffe\uffff',
  '__proto__',
  'half \ud83d',
]

const word = fc.stringMatching(/^[a-z0-9.-]{1,40}$/)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.lorem({ maxCount: 40 }),
  fc.constant('a\nb c\n'),
  fc.constantFrom(...HOSTILE),
)
const value = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 2 }),
  fc.dictionary(word, text, { maxKeys: 4 }),
  fc.constantFrom(2n ** 60n, [{ big: 2n ** 60n }]),
)

/** Reports that hold anything anywhere: what comes from Git and a cluster is hostile. */
export const reports = fc
  .record({
    git: value,
    live: value,
    name: text,
    added: value,
    verdict: fc.constantFrom(...VERDICTS),
    message: text,
  })
  .map(({ git, live, name, added: more, verdict, message }) =>
    report(
      [
        drifted(
          [
            field({ field: name, git, live, origin: { file: message, line: 7 } }),
            added(name, more),
            field({ op: 'removed', git }),
          ],
          {
            message,
          },
        ),
        object({ name: name.replaceAll(/\s/g, '_'), verdict, message, explained: [field({ git, live })] }),
      ],
      [kustomization({ verdict, message, tryThis: message })],
    ),
  )
