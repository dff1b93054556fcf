import { isDeepStrictEqual } from 'node:util'
import type { Snapshot } from '../desired/helm-release.js'
import { readyCondition, type Condition } from '../desired/kustomization.js'
import type { HelmReleaseRecord } from '../drift/report.js'
import type { GitOpsError } from '../errors.js'
import type { HelmPlan } from './helm-plan.js'
import { kebab, wordsOf } from './kustomization-finding.js'

type Finding = Pick<HelmReleaseRecord, 'verdict' | 'reason' | 'message' | 'tryThis' | 'code'>

/** The verdict of a HelmRelease: what its objects cannot say (waiting, failing, not rolled out, unreadable). */
export function helmFindingOf(plan: HelmPlan): Finding {
  if (plan.release.remote) {
    const message = 'its release and objects live on another cluster (spec.kubeConfig)'
    return { verdict: 'excluded', reason: 'remote-cluster', message }
  }
  const ready = readyCondition(plan.release.status.conditions)
  if (plan.baseline.kind === 'never') return neverInstalled(plan, ready)
  const unread = plan.build?.ok === false ? plan.build.error : undefined
  if (unread !== undefined) return unreadFinding(plan, unread)
  return stateFinding(plan, ready) ?? rolloutFinding(plan)
}

function neverInstalled({ release }: HelmPlan, ready: Condition | undefined): Finding {
  if (release.suspended)
    return { verdict: 'pending', reason: 'suspended', message: 'suspended before it was ever installed' }
  if (ready?.status === 'False') return conditionFinding(ready)
  const message = ready === undefined ? 'Flux has not reconciled it yet' : helmWordsOf(ready)
  return { verdict: 'pending', reason: 'never-installed', message }
}

/** A release whose record is gone was uninstalled past Flux, which then knows nothing of its objects any more. */
function unreadFinding({ release }: HelmPlan, error: GitOpsError): Finding {
  const words = error.why === undefined ? error.message : `${error.message}: ${error.why}`
  if (error.code === 'NOT_FOUND') {
    const fate = release.suspended
      ? 'Flux will not install it again: it is suspended'
      : 'Flux will install it again'
    return { verdict: 'missing', reason: 'release-deleted', message: `${words}. ${fate}` }
  }
  return {
    verdict: 'unknown',
    code: error.code,
    reason: error.code.toLowerCase().replaceAll('_', '-'),
    message: words,
    ...(error.tryThis === undefined ? {} : { tryThis: error.tryThis }),
  }
}

/** What Flux says of its newest attempt; undefined where that went well. */
function stateFinding(plan: HelmPlan, ready: Condition | undefined): Finding | undefined {
  if (plan.overtaken) return overtakenFinding(plan)
  if (ready?.status === 'False') {
    const finding = conditionFinding(ready)
    return { ...finding, message: `${finding.message}\n${comparedWith(plan)}` }
  }
  if (plan.baseline.kind === 'uninstalled') {
    const message = `release ${fullName(plan.baseline.latest)} was uninstalled`
    return { verdict: 'pending', reason: 'uninstalled', message }
  }
  const isRunning = ready?.status === 'Unknown' || plan.baseline.kind === 'mixed'
  return isRunning ? runningFinding(ready) : undefined
}

function runningFinding(ready: Condition | undefined): Finding {
  const words = ready?.status === 'Unknown' ? `: ${helmWordsOf(ready)}` : ''
  return { verdict: 'pending', reason: 'reconciling', message: `a reconcile is running${words}` }
}

function overtakenFinding({ release, baseline }: HelmPlan): Finding | undefined {
  if (baseline.kind === 'never') return undefined
  const { name, namespace, version } = baseline.latest
  const fate = release.suspended ? 'it is suspended, so Flux leaves it' : 'Flux will upgrade over it'
  const message = `Helm has release ${namespace}/${name}.v${version + 1}, which Flux did not make: somebody upgraded or rolled back by hand, and ${fate}`
  return { verdict: 'drifted', reason: 'release-overtaken', message }
}

const conditionFinding = (condition: Condition): Finding & { readonly message: string } => ({
  verdict: condition.reason === 'DependencyNotReady' ? 'pending' : 'failed',
  reason: kebab(condition.reason),
  message: helmWordsOf(condition),
})

/** Flux's words, without the log of Helm that it puts below them. */
const helmWordsOf = (condition: Condition): string =>
  wordsOf(condition)
    .replace(/\n+Last Helm logs:[^]*$/, '')
    .trimEnd()

function comparedWith({ baseline }: HelmPlan): string {
  switch (baseline.kind) {
    case 'never':
      return 'nothing is installed'
    case 'uninstalled':
      return `release ${fullName(baseline.latest)} was uninstalled: there is nothing to compare`
    case 'released':
      return `its objects are compared with release ${fullName(baseline.current)}${statusOf(baseline.current)}`
    case 'mixed':
      return (
        `its objects are compared with release ${fullName(baseline.current)}${statusOf(baseline.current)} and ` +
        `${fullName(baseline.latest)}${statusOf(baseline.latest)}`
      )
  }
}

export const fullName = ({ namespace, name, version }: Snapshot): string => `${namespace}/${name}.v${version}`

const statusOf = ({ status }: Snapshot): string => (status === '' ? '' : ` (${status})`)

/** What the HelmRelease says by now and Flux has not rolled out yet. */
function rolloutFinding(plan: HelmPlan): Finding {
  if (isUnseen(plan)) return notRolledOut('Flux has not seen the newest change of the HelmRelease yet')
  if (isUnattempted(plan)) return notRolledOut('the values were changed and are not rolled out yet')
  if (!isChangedWhileSuspended(plan)) return { verdict: 'in-sync' }
  return notRolledOut('the values were changed, and while it is suspended Flux does not roll them out')
}

/** To suspend it is a change as well. */
const isUnseen = ({ release: { generation, status, suspended } }: HelmPlan): boolean =>
  !suspended && status.observedGeneration !== undefined && status.observedGeneration !== generation

/** Digests of one algorithm can be compared; which one it is, a flag of the controller says. */
function isUnattempted({ release, baseline }: HelmPlan): boolean {
  const attempted = release.status.lastAttemptedConfigDigest
  const released = baseline.kind === 'released' ? baseline.current.configDigest : undefined
  if (attempted === undefined || released === undefined || attempted === released) return false
  return attempted.split(':', 1)[0] === released.split(':', 1)[0]
}

/** Known only where all values are the HelmRelease's own. */
function isChangedWhileSuspended({ release, build }: HelmPlan): boolean {
  const { values = {}, valuesFrom } = release.spec
  const isOwn = !Array.isArray(valuesFrom) || valuesFrom.length === 0
  if (!release.suspended || !isOwn || build?.ok !== true) return false
  return !isDeepStrictEqual(values, build.build.stored.config)
}

const notRolledOut = (message: string): Finding => ({ verdict: 'pending', reason: 'not-rolled-out', message })
