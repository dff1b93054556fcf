import type { RuleData } from '../rule.js'
import { inTemplate } from './workload.js'

const FLAGGER = ['flagger']

/** Source: flagger pkg/canary, pkg/router. It has no field manager, so its user agent names it. */
export const FLAGGER_RULES: readonly RuleData[] = [
  {
    id: 'flagger-target-replicas',
    kinds: ['apps/Deployment', 'apps/StatefulSet'],
    paths: ['/spec/replicas'],
    writers: ['controller'],
    managers: FLAGGER,
    tie: 'canary-target',
    because: '{by} scales it to 0 while nothing is being released, and up while something is',
  },
  {
    id: 'flagger-target-selector',
    kinds: ['apps/DaemonSet'],
    paths: inTemplate('/spec/nodeSelector/flagger.app~1scale-to-zero'),
    writers: ['controller'],
    managers: FLAGGER,
    tie: 'canary-target',
    because: '{by} keeps it off all nodes while nothing is being released',
  },
  {
    id: 'flagger-service',
    kinds: ['/Service'],
    paths: ['/spec/selector', '/spec/ports', '/metadata/annotations/*', '/metadata/labels/*'],
    writers: ['controller'],
    managers: FLAGGER,
    tie: 'canary-service',
    reach: 'opt-out',
    because: '{by} sends it to the primary, and takes it out of the hands of Flux for that',
  },
  {
    id: 'flagger-route',
    kinds: ['*'],
    paths: ['/spec', '/metadata/annotations/*', '/metadata/labels/*'],
    writers: ['controller'],
    managers: FLAGGER,
    tie: 'canary-route',
    reach: 'opt-out',
    because: '{by} moves its weights while something is being released',
  },
  {
    id: 'flagger-paused-autoscaler',
    kinds: ['keda.sh/ScaledObject'],
    paths: ['/metadata/annotations/autoscaling.keda.sh~1paused-replicas'],
    writers: ['controller'],
    managers: FLAGGER,
    tie: 'canary-autoscaler',
    because: '{by} keeps it at 0 while nothing is being released',
  },
]
