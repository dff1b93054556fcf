import { VERDICTS, type DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { ownedBy, type Owned } from './owned.js'
import { visible } from './text.js'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/**
 * Prints gauges in the text format of Prometheus, for the textfile collector. Every series of a Flux object is there
 * in every run, with 0 where there is nothing, so that an alert can end.
 */
export function printPrometheus(report: DriftReport): string {
  const { context } = report.cluster
  const owned = ownedBy(report)
  const of = (one: Owned): Labels => ({ context, ...ownerLabels(one) })
  const perVerdict = (count: (one: Owned, verdict: string) => number): readonly Sample[] =>
    owned.flatMap((one) => VERDICTS.map((verdict): Sample => [{ ...of(one), verdict }, count(one, verdict)]))
  return [
    family('objects', 'Objects by verdict, of the Flux object that applies them.', perVerdict(countObjects)),
    family(
      'flux_object',
      'Verdicts of Flux objects themselves: 1 for the one that holds.',
      perVerdict(({ owner }, verdict) => (owner.verdict === verdict ? 1 : 0)),
    ),
    family(
      'fields',
      'Fields that are not as Git says.',
      owned.map((one): Sample => [of(one), countFields(one)]),
    ),
    family('last_run_timestamp_seconds', 'When the cluster was read.', [
      [{ context }, Date.parse(report.takenAt) / 1000],
    ]),
  ].join('')
}

const ownerLabels = ({ owner }: Owned): Labels => ({
  owner_kind: owner.kind,
  owner_namespace: owner.namespace ?? '',
  owner: owner.name,
})

const countObjects = ({ objects }: Owned, verdict: string): number =>
  objects.filter((object) => object.verdict === verdict).length

const countFields = ({ objects }: Owned): number =>
  objects.reduce((sum, { fields = [] }) => sum + fields.length, 0)

function family(name: string, help: string, samples: readonly Sample[]): string {
  const full = `gitops_drift_${name}`
  const lines = samples.map(([labels, value]) => `${full}{${printLabels(labels)}} ${value}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} gauge`, ...lines, ''].join('\n')
}

const printLabels = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')

/** What a terminal would obey is shown; after that only these two have a meaning in a label's value. */
const escaped = (value: string): string => visible(value).replace(/[\\"]/g, '\\$&')
