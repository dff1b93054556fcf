import { isRecord, type KubernetesObject } from '../object.js'
import { stepInto, type Path } from '../pointer.js'

/** kubectl's own marks: live is before, Git is after (kubectl pkg/cmd/diff/diff.go). */
export const MASK = '***'
export const MASK_BEFORE = '*** (before)'
export const MASK_AFTER = '*** (after)'

const SECRET_WORD =
  'password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|connection[_-]?string|dsn'
const SECRET_NAME = new RegExp(`(?:${SECRET_WORD})s?$`, 'i')
const SECRET_FLAG = new RegExp(`(--?[\\w-]*(?:${SECRET_WORD})s?[= ])\\S+`, 'gi')
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)[^/\s]+@/g
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Takes secret values out of a value that is to be shown: everything in a Secret's data, what a field, a Helm
 * value, a variable or a flag calls a password, private keys, passwords in URLs, and the annotation in which
 * kubectl keeps a copy of the whole object.
 * @param subject the object that holds the value: a list item's name may tell what it is
 */
export function maskValue(subject: KubernetesObject, path: Path, value: unknown, mark: string): unknown {
  return mask(value, namesAlong(subject, path), { kind: subject.kind, mark })
}

interface Masking {
  readonly kind: string
  readonly mark: string
}

function mask(value: unknown, names: readonly string[], masking: Masking): unknown {
  if (isSecret(masking.kind, names, value)) return masking.mark
  if (Array.isArray(value)) return value.map((item) => mask(item, [...names, itemName(item)], masking))
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, mask(field, [...names, name], masking)]),
    )
  }
  return typeof value === 'string' ? maskText(value, masking.mark) : value
}

/** The names on the way to a value: of fields, and of list items that have one. */
function namesAlong(subject: KubernetesObject, path: Path): readonly string[] {
  let at: unknown = subject
  return path.map((element) => {
    at = stepInto(at, element)
    if (element.kind === 'field') return element.name
    const key = element.kind === 'key' ? element.keys.name : undefined
    return typeof key === 'string' ? key : itemName(at)
  })
}

const itemName = (item: unknown): string => (isRecord(item) && typeof item.name === 'string' ? item.name : '')

function isSecret(kind: string, names: readonly string[], value: unknown): boolean {
  const last = names.at(-1) ?? ''
  if (last === LAST_APPLIED) return true
  if (kind === 'Secret') return isSecretData(names)
  if (kind === 'HelmRelease' && isHelmSecret(names)) return true
  if (last === 'value') return isSecretName(names.at(-2) ?? '')
  return typeof value === 'string' && isSecretName(last)
}

const isSecretData = ([first, ...rest]: readonly string[]): boolean =>
  (first === 'data' || first === 'stringData') && rest.length > 0

/** In a chart's values a name can stand above the secret: `credentials.key`. */
const isHelmSecret = ([first, second, ...rest]: readonly string[]): boolean =>
  first === 'spec' && second === 'values' && rest.some(isSecretName)

/** Does a name call what it holds a secret? */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

function maskText(text: string, mark: string): string {
  if (PRIVATE_KEY.test(text)) return mark
  return text.replace(URL_PASSWORD, `$1${mark}@`).replace(SECRET_FLAG, `$1${mark}`)
}
