import { isRecord } from '../object.js'
import { fieldPath, type Path, type PathElement } from '../pointer.js'

/** kubectl's own marks: live is before, Git is after (kubectl pkg/cmd/diff/diff.go). */
export const MASK = '***'
export const MASK_BEFORE = '*** (before)'
export const MASK_AFTER = '*** (after)'

const SECRET_NAME =
  /(?:password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|credentials?)$/i

/**
 * Takes secret values out of a value that is to be shown: everything in a Secret's data, what a Helm
 * release's values or an environment variable call a password, and the annotation in which kubectl
 * keeps a copy of the whole object.
 */
export function maskValue(kind: string, path: Path, value: unknown, mark: string): unknown {
  if (isSecret(kind, path)) return mark
  if (Array.isArray(value)) {
    return value.map((item, index) => maskValue(kind, [...path, itemElement(item, index)], item, mark))
  }
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, maskValue(kind, fieldPath(path, name), field, mark)]),
  )
}

/** A list item by its name, so that a password in an added list of variables is seen as one. */
function itemElement(item: unknown, index: number): PathElement {
  return isRecord(item) && typeof item['name'] === 'string'
    ? { kind: 'key', keys: { name: item['name'] }, index }
    : { kind: 'index', index }
}

function isSecret(kind: string, path: Path): boolean {
  const names = path.map((element) => (element.kind === 'field' ? element.name : ''))
  const last = names.at(-1) ?? ''
  if (last === 'kubectl.kubernetes.io/last-applied-configuration') return true
  if (kind === 'Secret') return (names[0] === 'data' || names[0] === 'stringData') && path.length >= 2
  if (kind === 'HelmRelease' && names[0] === 'spec' && names[1] === 'values') return SECRET_NAME.test(last)
  return last === 'value' && isSecretVariable(path.at(-2))
}

function isSecretVariable(element: PathElement | undefined): boolean {
  if (element?.kind !== 'key') return false
  const name = element.keys['name']
  return typeof name === 'string' && SECRET_NAME.test(name)
}
