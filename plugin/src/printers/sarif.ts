import type { DriftReport, FieldRecord, ObjectRecord, Verdict } from '@kubectl-gitops/core/drift/report.js'
import { groupVersion } from '@kubectl-gitops/core/object.js'
import { printJson } from './document.js'
import { objectName, ownerName, ownersOf, type OwnerRecord } from './owned.js'
import { fieldSentence } from './sentence.js'
import { visible } from './text.js'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json'

/** The verdicts that somebody has to look at. */
const LEVELS: Readonly<Partial<Record<Verdict, 'error' | 'warning'>>> = {
  drifted: 'error',
  missing: 'error',
  orphaned: 'error',
  failed: 'error',
  unknown: 'warning',
}

const MEANINGS: Readonly<Partial<Record<Verdict, string>>> = {
  drifted: 'The live object is not as Git says.',
  missing: 'The object is in Git and not on the cluster.',
  orphaned: 'The object is on the cluster and not in Git.',
  failed: 'Flux cannot build or apply it.',
  unknown: 'Whether it is as Git says cannot be told.',
}

/** One thing to report: an object, a Flux object, or one field of an object. */
interface Found {
  readonly record: ObjectRecord | OwnerRecord
  readonly field?: FieldRecord
}

/**
 * Prints a report as a SARIF 2.1.0 log: a result for each field that differs, and for each object of which no field
 * can be named. Only what has a place in Git gets a physical location. Fingerprints hold no values, so that a result
 * stays the same one however the value changes.
 */
export function printSarif(report: DriftReport): string {
  const found = foundIn(report)
  const rules = [...new Map(found.map(({ record }) => [ruleId(record), record.verdict]))].sort()
  return printJson({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kubectl-gitops', rules: rules.map(([id, verdict]) => rule(id, verdict)) } },
        automationDetails: { id: `drift/${report.cluster.context}/` },
        invocations: [{ executionSuccessful: true, startTimeUtc: report.takenAt }],
        columnKind: 'utf16CodeUnits',
        results: found.map((one) =>
          result(
            one,
            rules.findIndex(([id]) => id === ruleId(one.record)),
          ),
        ),
      },
    ],
  })
}

function foundIn(report: DriftReport): readonly Found[] {
  const records = [...ownersOf(report), ...report.objects].filter(({ verdict }) => verdict in LEVELS)
  return records.flatMap((record): readonly Found[] => {
    const fields = 'fields' in record ? (record.fields ?? []) : []
    return fields.length === 0 ? [{ record }] : fields.map((field) => ({ record, field }))
  })
}

const ruleId = ({ verdict, reason }: ObjectRecord | OwnerRecord): string =>
  reason === undefined ? verdict : `${verdict}/${reason}`

const rule = (id: string, verdict: Verdict): object => ({
  id,
  shortDescription: { text: MEANINGS[verdict] },
  defaultConfiguration: { level: LEVELS[verdict] },
})

function result({ record, field }: Found, ruleIndex: number): object {
  const { verdict, message } = record
  const facts = field === undefined ? (message ?? `it is ${verdict}`) : fieldSentence(field)
  const place = field === undefined ? undefined : physicalLocation(field)
  return {
    ruleId: ruleId(record),
    ruleIndex,
    level: LEVELS[verdict],
    message: { text: plain(`${objectName(record)}: ${facts}`) },
    locations: [
      {
        ...(place === undefined ? {} : { physicalLocation: place }),
        logicalLocations: logicalLocations(record, field),
      },
    ],
    partialFingerprints: { 'gitopsDrift/v1': fingerprint(record, field) },
    ...('owner' in record ? { properties: { owner: ownerName(record.owner) } } : {}),
  }
}

function logicalLocations(
  record: ObjectRecord | OwnerRecord,
  field: FieldRecord | undefined,
): readonly object[] {
  const qualified = qualifiedName(record)
  const object = { name: record.name, fullyQualifiedName: qualified, kind: 'object' }
  if (field === undefined) return [object]
  return [{ name: field.field, fullyQualifiedName: `${qualified}/${field.field}`, kind: 'property' }, object]
}

/** `shop/Deployment.apps/web`, without a version: versions change, the object stays. */
function qualifiedName({ apiVersion, kind, namespace = '', name }: ObjectRecord | OwnerRecord): string {
  const { group } = groupVersion(apiVersion)
  return `${namespace === '' ? '-' : namespace}/${group === '' ? kind : `${kind}.${group}`}/${name}`
}

const fingerprint = (record: ObjectRecord | OwnerRecord, field: FieldRecord | undefined): string =>
  [
    record.verdict,
    'owner' in record ? ownerName(record.owner) : '',
    qualifiedName(record),
    field?.field ?? '',
  ].join('|')

function physicalLocation({ origin }: FieldRecord): object | undefined {
  if (origin === undefined) return undefined
  const { file, line } = origin
  // Half a character has no place in a URI.
  const steps = file.replace(/\p{Cs}/gu, '\ufffd').split('/')
  return {
    artifactLocation: { uri: steps.map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    ...(line === undefined ? {} : { region: { startLine: line } }),
  }
}

/** In a message `{0}` is a placeholder and `[a](1)` a link, unless they are written so (SARIF 3.11.5, 3.11.6). */
const plain = (text: string): string =>
  visible(text)
    .replace(/\{(\d+)\}/g, '{{$1}}')
    .replace(/\]\(/g, '\\](')
