/** Kinds with a pod template. */
export const WORKLOADS = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  'batch/CronJob',
]

/** Paths below the pod templates of those kinds. */
export const inTemplate = (...paths: readonly string[]): readonly string[] =>
  ['/spec/template', '/spec/jobTemplate/spec/template'].flatMap((template) =>
    paths.map((path) => template + path),
  )
