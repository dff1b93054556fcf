import yaml from 'js-yaml'
import { GitOpsError } from '../errors.js'

/**
 * The scalars that Go's YAML reader (sigs.k8s.io/yaml, YAML 1.1) resolves and YAML 1.2's core schema
 * does not: `yes`/`no`/`on`/`off` and octals such as 0644. Dates stay strings, as they do in JSON.
 */
const legacyBool = new yaml.Type('tag:yaml.org,2002:bool', {
  kind: 'scalar',
  resolve: (data: unknown) =>
    typeof data === 'string' &&
    /^(?:true|false|yes|no|on|off|True|TRUE|False|FALSE|Yes|YES|No|NO|On|ON|Off|OFF|y|Y|n|N)$/.test(data),
  construct: (data: string) => /^(?:true|yes|on|y)$/i.test(data),
})

const legacyOctal = new yaml.Type('tag:yaml.org,2002:int', {
  kind: 'scalar',
  resolve: (data: unknown) => typeof data === 'string' && /^[-+]?0[0-7_]+$/.test(data),
  construct: (data: string) => {
    const digits = data.replaceAll('_', '')
    return digits.startsWith('-') ? -Number.parseInt(digits.slice(1), 8) : Number.parseInt(digits, 8)
  },
})

const merge = new yaml.Type('tag:yaml.org,2002:merge', {
  kind: 'scalar',
  resolve: (data: unknown) => data === '<<' || data === null,
})

const HAND_WRITTEN = yaml.CORE_SCHEMA.extend({ implicit: [legacyBool, legacyOctal, merge] })

/**
 * Reads YAML that people wrote, the way Go reads it. Empty documents are left out.
 * @throws GitOpsError YAML_INVALID with the line and the reader's own words
 */
export function readYaml(text: string, file: string): readonly unknown[] {
  return load(text, file, HAND_WRITTEN)
}

/**
 * Reads YAML that kustomize printed: its scalars went through JSON, so the core schema is exact.
 * @throws GitOpsError YAML_INVALID
 */
export function readPrintedYaml(text: string, file: string): readonly unknown[] {
  return load(text, file, yaml.CORE_SCHEMA)
}

function load(text: string, file: string, schema: yaml.Schema): readonly unknown[] {
  try {
    const documents: unknown[] = []
    yaml.loadAll(text, (document) => documents.push(document), { schema, filename: file })
    return documents.filter((document) => document !== null && document !== undefined)
  } catch (error) {
    throw new GitOpsError('YAML_INVALID', {
      what: `${file} is not valid YAML`,
      why: firstLine(error),
      tryThis: `correct ${file} and commit`,
    })
  }
}

/** js-yaml quotes the text around the fault; that may be a secret, so only its first line is kept. */
function firstLine(error: unknown): string {
  if (error instanceof yaml.YAMLException) {
    const mark = error.mark as yaml.Mark | undefined
    return mark === undefined
      ? error.reason
      : `${error.reason} (line ${mark.line + 1}, column ${mark.column + 1})`
  }
  return 'unreadable'
}
