import { Ajv, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** What is wrong with a document, in words with its place; nothing where it is valid. */
export type Faults = (document: unknown) => readonly string[]

/** Holds documents against a schema of draft 2020-12, formats included. */
export function validator(schema: object): Faults {
  return faultsBy(new Ajv2020({ allErrors: true, strict: true }), schema)
}

/** The same for a schema of an older draft, whose own rules of style are not ours to mend. */
export function oldValidator(schema: object, options: Options = {}): Faults {
  return faultsBy(new Ajv({ allErrors: true, strict: false, ...options }), schema)
}

function faultsBy(ajv: Ajv | Ajv2020, schema: object): Faults {
  addFormats(ajv)
  const validate = ajv.compile(schema)
  return (document) => {
    if (validate(document)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`)
  }
}
