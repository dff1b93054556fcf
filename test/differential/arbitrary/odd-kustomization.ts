import fc from 'fast-check'
import type { TestFile } from '../../support/git-repository.js'

/** Kustomization files that Flux reads, though they look odd. */
const UNUSUAL = [
  'resources: &files [one.yaml]\ncomponents: []\n',
  'commonLabels: &a {a: b}\ncommonAnnotations: *a\nresources: [one.yaml]\n',
  'commonLabels: {<<: {a: b}, c: d}\nresources: [one.yaml]\n',
  'resources: []\nresources: [one.yaml]\n',
  'resources: [one.yaml]\n---\nnamePrefix: second-\n',
  '---\n---\nresources: [one.yaml]\n',
  '%YAML 1.1\n---\nresources:\n- one.yaml\n...\n',
  'resources: ["one.yaml"]\r\nnamePrefix: crlf-\r\n',
  '~\n',
  '# nothing\n',
]

/** Those that Flux cannot read; which words it has for them is the question. */
const BROKEN: readonly TestFile[] = [
  'resources: [one.yaml\n',
  'resources:\n- one.yaml\n namePrefix: x\n',
  'resources:\n\t- one.yaml\n',
  'resources: *files\n',
  'namePrefix: "open\nresources: [one.yaml]\n',
  'namePrefix: "\\q"\n',
  'namePrefix: !!int x\n',
  'commonLabels: {? [a]: b}\n',
  'commonLabels: {~: b}\n',
  'namePrefix: .inf\n',
  'a: \u0001\n',
  '- one.yaml\n',
  'just text\n',
  '42\n',
  'yes\n',
  Uint8Array.from(Buffer.from('resources: [one.yaml]\nnamePrefix: "\xe9"\n', 'latin1')),
]

/** A whole kustomization file as people break it. */
export const oddKustomization: fc.Arbitrary<TestFile> = fc.oneof(
  fc.constantFrom<TestFile>(...UNUSUAL),
  fc.constantFrom(...BROKEN),
)
