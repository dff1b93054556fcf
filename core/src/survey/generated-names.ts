import type { Build } from '../desired/build.js'
import type { KustomizationStatus } from '../desired/kustomization.js'
import { isEncrypted, mapTexts, UNKNOWN_HASH } from '../encrypted.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { keyOf, keyString, type KubernetesObject, type ObjectKey } from '../object.js'

/** Is the name of this object not known, because it ends in a hash of encrypted content? */
export const isNameUnknown = (object: KubernetesObject): boolean => isEncrypted(object.metadata.name)

/** Could this be the object that a build has under a name that is not known? */
export function mayBe(key: ObjectKey, unnamed: KubernetesObject): boolean {
  const own = keyOf(unnamed)
  const isKin = key.group === own.group && key.kind === own.kind && key.namespace === own.namespace
  if (!isKin) return false
  const start = own.name.slice(0, -UNKNOWN_HASH.length)
  return key.name.startsWith(start) && HASH.test(key.name.slice(start.length))
}

/** kustomize api/hasher. */
const HASH = /^[2456789bcdfghkmt]{10}$/

/**
 * Gives generated objects their real names, which end in a hash of encrypted content, wherever Flux's inventory of
 * the same apply has exactly one object that can be meant; references to them become known with that.
 */
export function withGeneratedNames(build: Build, inventory: KustomizationStatus['inventory']): Build {
  const unnamed = build.objects.filter(isNameUnknown)
  if (unnamed.length === 0) return build
  const known = new Set(build.objects.map((object) => keyString(keyOf(object))))
  const candidates = inventory
    .flatMap((entry) => parseInventoryEntry(entry)?.key ?? [])
    .filter((key) => !known.has(keyString(key)))
  const names = new Map<string, string>()
  for (const object of unnamed) {
    const found = candidates.filter((key) => mayBe(key, object))
    const twins = unnamed.filter(({ metadata }) => metadata.name === object.metadata.name)
    const [only] = found
    // Two objects with one name but for the hash: a reference would not say which of them it means.
    if (found.length === 1 && twins.length === 1 && only !== undefined)
      names.set(object.metadata.name, only.name)
  }
  const rename = (text: string): string =>
    [...names].reduce((all, [from, to]) => replaceName(all, from, to), text)
  return { ...build, objects: build.objects.map((object) => mapTexts(object, rename) as KubernetesObject) }
}

/** `app-db-…` is not a part of `my-app-db-…`. */
function replaceName(text: string, from: string, to: string): string {
  const at = text.indexOf(from)
  if (at < 0) return text
  const isWhole = at === 0 || !/[a-z0-9.-]/.test(text.charAt(at - 1))
  const end = at + from.length
  return text.slice(0, at) + (isWhole ? to : from) + replaceName(text.slice(end), from, to)
}
