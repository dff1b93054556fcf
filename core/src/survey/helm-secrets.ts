import { isSecretName } from '../drift/mask.js'
import { isRecord } from '../object.js'
import type { HelmPlan } from './helm-plan.js'

type Values = Readonly<Record<string, unknown>>

/** Shorter texts occur everywhere by chance. */
const SHORTEST = 4

/**
 * The values of a release that are secrets, or may be: what a name on their way calls one, and, where a Secret gives
 * values (`spec.valuesFrom`), all that the HelmRelease itself does not say. No record may show them, wherever the
 * chart has put them.
 */
export function helmSecretValues({ release, build, next }: HelmPlan): ReadonlySet<string> {
  const { values, valuesFrom } = release.spec
  const isMixed = list(valuesFrom).some((from) => isRecord(from) && from.kind === 'Secret')
  const found = [build, next].flatMap((result) =>
    result?.ok === true ? secretsIn(result.build.stored.config, values, { isNamed: false, isMixed }) : [],
  )
  return new Set(found)
}

interface Suspicion {
  /** A name on the way calls it a secret. */
  readonly isNamed: boolean
  /** What the HelmRelease does not say itself may come from a Secret. */
  readonly isMixed: boolean
}

function secretsIn(config: unknown, own: unknown, suspicion: Suspicion): readonly string[] {
  if (Array.isArray(config)) {
    const mine = list(own)
    return (config as readonly unknown[]).flatMap((item, i) => secretsIn(item, mine[i], suspicion))
  }
  if (isRecord(config)) {
    const mine: Values = isRecord(own) ? own : {}
    return Object.entries(config).flatMap(([name, value]) =>
      secretsIn(value, Object.hasOwn(mine, name) ? mine[name] : undefined, {
        ...suspicion,
        isNamed: suspicion.isNamed || isSecretName(name),
      }),
    )
  }
  return leaf(config, own, suspicion)
}

/** Both forms: as it stands, and as it lands in the data of a Secret. */
function leaf(config: unknown, own: unknown, { isNamed, isMixed }: Suspicion): readonly string[] {
  if (typeof config !== 'string' && typeof config !== 'number') return []
  const text = String(config)
  const isSecret = isNamed || (isMixed && config !== own)
  const isTelling = text.length >= SHORTEST || (isNamed && typeof config === 'string' && text !== '')
  return isSecret && isTelling ? [text, Buffer.from(text).toString('base64')] : []
}

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []
