import { at } from '../change.js'
import { spot, type Kind } from '../kind.js'
import { POD, podLists, podOptional, podSpots } from './pod.js'

const TEMPLATE = 'spec.template'
const selector = { matchLabels: { app: 'x' } }

export const DEPLOYMENT: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  resource: 'deployments',
  body: {
    spec: {
      replicas: 2,
      revisionHistoryLimit: 3,
      selector,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      template: POD,
    },
  },
  optional: [
    [at('spec.replicas')],
    [at('spec.replicas')],
    [at('spec.revisionHistoryLimit')],
    [at('spec.strategy')],
    [at('spec.strategy.rollingUpdate')],
    ...podOptional(TEMPLATE),
  ],
  spots: [
    spot(at('spec.replicas'), 1, 2, 5, 0),
    spot(at('spec.revisionHistoryLimit'), 10, 1),
    spot(at('spec.progressDeadlineSeconds'), 600, 60),
    spot(at('spec.minReadySeconds'), 5),
    spot(at('spec.paused'), true),
    spot(at('spec.strategy'), { type: 'Recreate' }),
    spot(at('spec.strategy.rollingUpdate.maxUnavailable'), '50%', '25%', 0),
    ...podSpots(TEMPLATE),
  ],
  lists: podLists(TEMPLATE),
  scales: true,
  workload: true,
}

export const STATEFUL_SET: Kind = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  resource: 'statefulsets',
  body: {
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector,
      updateStrategy: { rollingUpdate: { partition: 0 } },
      template: POD,
    },
  },
  optional: [[at('spec.replicas')], [at('spec.updateStrategy')], ...podOptional(TEMPLATE)],
  spots: [
    spot(at('spec.replicas'), 1, 2, 5),
    spot(at('spec.updateStrategy'), { type: 'OnDelete' }),
    spot(at('spec.updateStrategy.rollingUpdate.partition'), 2, 0),
    spot(at('spec.minReadySeconds'), 4),
    spot(at('spec.persistentVolumeClaimRetentionPolicy.whenDeleted'), 'Delete', 'Retain'),
    ...podSpots(TEMPLATE),
  ],
  lists: podLists(TEMPLATE),
  scales: true,
  workload: true,
}

const JOB = 'spec.jobTemplate.spec.template'
const jobPod = { ...(POD as object), spec: { ...(POD as { spec: object }).spec, restartPolicy: 'Never' } }

export const CRON_JOB: Kind = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  resource: 'cronjobs',
  body: {
    spec: {
      schedule: '0 * * * *',
      concurrencyPolicy: 'Forbid',
      suspend: false,
      jobTemplate: { spec: { backoffLimit: 2, template: jobPod } },
    },
  },
  optional: [
    [at('spec.concurrencyPolicy')],
    [at('spec.suspend')],
    [at('spec.jobTemplate.spec.backoffLimit')],
    ...podOptional(JOB),
  ],
  spots: [
    spot(at('spec.schedule'), '5 * * * *'),
    spot(at('spec.suspend'), true, false),
    spot(at('spec.concurrencyPolicy'), 'Allow', 'Replace'),
    spot(at('spec.successfulJobsHistoryLimit'), 3, 1),
    spot(at('spec.timeZone'), 'Etc/UTC'),
    spot(at('spec.jobTemplate.spec.backoffLimit'), 6, 0),
    ...podSpots(JOB),
  ],
  lists: podLists(JOB),
}
