import type { RuleData } from '../rule.js'
import { inTemplate, WORKLOADS } from './workload.js'

/** The API server notes no owner for what admission writes (apiserver endpoints/handlers/create.go). */
const BECAUSE = 'nobody owns it: an admission webhook added it, or its owner was taken out of managedFields'

/** What admission webhooks that no other rule knows have added. */
export const ADMISSION_RULES: readonly RuleData[] = [
  {
    id: 'admission-template',
    kinds: WORKLOADS,
    paths: inTemplate(
      '/metadata/annotations/*',
      '/metadata/labels/*',
      '/spec/containers/*',
      '/spec/containers/*/env/*',
      '/spec/containers/*/volumeMounts/*',
      '/spec/initContainers/*',
      '/spec/initContainers/*/env/*',
      '/spec/initContainers/*/volumeMounts/*',
      '/spec/volumes/*',
      '/spec/imagePullSecrets/*',
      '/spec/nodeSelector/*',
    ),
    writers: ['nobody'],
    because: BECAUSE,
  },
  {
    id: 'admission-metadata',
    kinds: ['*'],
    paths: ['/metadata/annotations/*', '/metadata/labels/*'],
    writers: ['nobody'],
    because: BECAUSE,
  },
]
