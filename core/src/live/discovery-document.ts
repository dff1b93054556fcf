import { isRecord } from '../object.js'

/** One kind of objects as a group version serves it (Kubernetes API, apidiscovery v2). */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  /** True where `version` is the one the server prefers for the group. */
  readonly preferred: boolean
}

/** A group version that the server announces and cannot tell the kinds of. */
export interface UnavailableGroup {
  readonly group: string
  readonly version: string
  readonly why: string
}

/** What one or several discovery documents say. */
export interface Discovered {
  readonly resources: readonly ApiResource[]
  readonly unavailable: readonly UnavailableGroup[]
}

/** A group version to ask for, in a server without aggregated discovery. */
export interface AnnouncedVersion {
  readonly group: string
  readonly version: string
  readonly preferred: boolean
}

/**
 * Reads an APIGroupDiscoveryList; undefined for a document of another kind (an old server's). The first
 * version of a group is the preferred one; a Stale version is reported, not believed.
 * Source: client-go discovery/aggregated_discovery.go, SplitGroupsAndResources.
 */
export function readAggregated(document: unknown): Discovered | undefined {
  if (!isRecord(document) || document.kind !== 'APIGroupDiscoveryList') return undefined
  const versions = records(document.items).flatMap((item) => {
    const group = text(isRecord(item.metadata) ? item.metadata.name : '')
    return records(item.versions).map((fields, index) => ({
      at: { group, version: text(fields.version), preferred: index === 0 },
      fields,
    }))
  })
  const isStale = (fields: Readonly<Record<string, unknown>>): boolean => fields.freshness === 'Stale'
  return {
    resources: versions
      .filter(({ fields }) => !isStale(fields))
      .flatMap(({ at, fields }) => records(fields.resources).map((resource) => fromAggregated(at, resource))),
    unavailable: versions
      .filter(({ fields }) => isStale(fields))
      .map(({ at: { group, version } }) => ({
        group,
        version,
        why: 'the server marks its discovery as stale',
      })),
  }
}

function fromAggregated(at: AnnouncedVersion, fields: Readonly<Record<string, unknown>>): ApiResource {
  return {
    ...at,
    kind: text(isRecord(fields.responseKind) ? fields.responseKind.kind : ''),
    plural: text(fields.resource),
    singular: text(fields.singularResource),
    shortNames: texts(fields.shortNames),
    namespaced: fields.scope === 'Namespaced',
    verbs: texts(fields.verbs),
  }
}

/** The versions of the core group in an APIVersions document; the first is the preferred one. */
export function readCoreVersions(document: unknown): readonly AnnouncedVersion[] {
  const versions = isRecord(document) ? texts(document.versions) : []
  return versions.map((version, index) => ({ group: '', version, preferred: index === 0 }))
}

/** The group versions of an APIGroupList. */
export function readGroups(document: unknown): readonly AnnouncedVersion[] {
  return records(isRecord(document) ? document.groups : []).flatMap((item) => {
    const preferred = isRecord(item.preferredVersion) ? item.preferredVersion.version : undefined
    return records(item.versions).map((fields) => ({
      group: text(item.name),
      version: text(fields.version),
      preferred: fields.version === preferred,
    }))
  })
}

/** The kinds of an APIResourceList; subresources, whose names hold a slash, are left out. */
export function readResourceList(at: AnnouncedVersion, document: unknown): readonly ApiResource[] {
  return records(isRecord(document) ? document.resources : [])
    .filter((fields) => !text(fields.name).includes('/'))
    .map((fields) => ({
      ...at,
      kind: text(fields.kind),
      plural: text(fields.name),
      singular: text(fields.singularName),
      shortNames: texts(fields.shortNames),
      namespaced: fields.namespaced === true,
      verbs: texts(fields.verbs),
    }))
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
