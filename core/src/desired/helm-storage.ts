import { gunzipSync } from 'node:zlib'
import { GitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject } from '../object.js'
import type { Snapshot } from './helm-release.js'

/** What Helm keeps of a release that it made: of what is in its Secret, the parts that matter here. */
export interface StoredRelease {
  readonly name: string
  readonly namespace: string
  readonly version: number
  readonly status: string
  /** The rendered objects, after post-renderers: several YAML documents. */
  readonly manifest: string
  /** Rendered objects that Helm itself runs and forgets: one YAML document each. */
  readonly hooks: readonly string[]
  /** Files of the chart's crds folder; Helm applies them, and the manifest does not have them. */
  readonly crdFiles: number
  /** The values that were given: a secret may be among them. */
  readonly config: Readonly<Record<string, unknown>>
}

/** Of the largest charts (CustomResourceDefinitions, dashboards) a release is a tenth of this. */
const LARGEST_RELEASE = 64 * 1024 * 1024
const SECRET_TYPE = 'helm.sh/release.v1'

/** The Secret that Helm keeps a release in. Source: helm pkg/storage/storage.go makeKey. */
export const storageKey = ({ name, version }: Pick<Snapshot, 'name' | 'version'>): string =>
  `sh.helm.release.v1.${name}.v${version}`

/**
 * Reads the release in a Secret of Helm's. Errors name the Secret and never repeat anything of what is in it.
 * Source: helm pkg/storage/driver/util.go decodeRelease.
 * @throws GitOpsError RELEASE_INVALID, LIMIT_EXCEEDED
 */
export function readStoredRelease(secret: KubernetesObject, wanted: Snapshot): StoredRelease {
  const place = `Secret ${secret.metadata.namespace ?? ''}/${secret.metadata.name}`
  if (secret.type !== SECRET_TYPE) throw invalid(place, `its type is not ${SECRET_TYPE}`)
  const data = isRecord(secret.data) ? secret.data.release : undefined
  if (typeof data !== 'string' || data === '') throw invalid(place, 'it has no data.release')
  const content = inflate(Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64'), place)
  const release = parse(content, place)
  const { name, namespace, version } = release
  if (name !== wanted.name || namespace !== wanted.namespace || version !== wanted.version)
    throw invalid(place, 'it holds another release than its name says')
  return readRelease(release, wanted, place)
}

function inflate(bytes: Buffer, place: string): Buffer {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08
  if (!isGzip) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_RELEASE })
  } catch (thrown) {
    if (!isRecord(thrown) || thrown.code !== 'ERR_BUFFER_TOO_LARGE')
      throw invalid(place, 'it is compressed and cannot be read: it is damaged')
    throw new GitOpsError('LIMIT_EXCEEDED', {
      what: `the release in ${place} is larger than a release can be`,
      why: `it grows beyond ${LARGEST_RELEASE >> 20} MiB`,
    })
  }
}

/** The words of JSON.parse repeat the text around a fault. */
function parse(content: Buffer, place: string): Readonly<Record<string, unknown>> {
  let release: unknown
  try {
    release = JSON.parse(content.toString('utf8'))
  } catch {
    throw invalid(place, 'it holds no JSON')
  }
  if (isRecord(release)) return release
  throw invalid(place, 'it holds no release')
}

function readRelease(
  { manifest, hooks, info, chart, config }: Readonly<Record<string, unknown>>,
  { name, namespace, version }: Snapshot,
  place: string,
): StoredRelease {
  if (typeof manifest !== 'string') throw invalid(place, 'its release has no manifest')
  const { status } = isRecord(info) ? info : {}
  return {
    name,
    namespace,
    version,
    status: typeof status === 'string' ? status : '',
    manifest,
    hooks: recordsOf(hooks).flatMap((hook) => (typeof hook.manifest === 'string' ? [hook.manifest] : [])),
    crdFiles: recordsOf(isRecord(chart) ? chart.files : undefined).filter(isCrdFile).length,
    config: isRecord(config) ? config : {},
  }
}

const isCrdFile = ({ name }: Readonly<Record<string, unknown>>): boolean =>
  typeof name === 'string' && /^crds\/.*\.(?:ya?ml|json)$/.test(name)

const recordsOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? (value as readonly unknown[]).filter(isRecord) : []

const invalid = (place: string, why: string): GitOpsError =>
  new GitOpsError('RELEASE_INVALID', { what: `${place} holds no release that can be read`, why })
