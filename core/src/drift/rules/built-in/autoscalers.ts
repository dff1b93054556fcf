import type { RuleData } from '../rule.js'
import { inTemplate, WORKLOADS } from './workload.js'

/** What scales workloads up and down, or larger and smaller. */
export const AUTOSCALER_RULES: readonly RuleData[] = [
  {
    id: 'keda-replicas',
    kinds: ['*'],
    paths: ['/spec/replicas'],
    writers: ['autoscaler', 'nobody'],
    tie: 'keda-target',
    because: '{by} decides how many replicas there are',
  },
  {
    id: 'hpa-replicas',
    kinds: ['*'],
    paths: ['/spec/replicas'],
    writers: ['autoscaler', 'nobody'],
    tie: 'hpa-target',
    because: '{by} decides how many replicas there are',
  },
  {
    id: 'vpa-resources',
    kinds: WORKLOADS,
    paths: inTemplate('/spec/containers/*/resources', '/spec/initContainers/*/resources'),
    writers: ['autoscaler'],
    tie: 'vpa-target',
    because: '{by} decides what its containers ask for',
  },
]
