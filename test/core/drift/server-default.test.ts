import { describe, expect, it } from '@jest/globals'
import { isServerDefault } from '@kubectl-gitops/core/drift/server-default.js'
import { fieldPath } from '@kubectl-gitops/core/pointer.js'

const deployment = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec,
})

describe('a value that the server would fill in', () => {
  it.each([
    [{ replicas: 1 }, ['replicas'], true],
    [{ replicas: 2 }, ['replicas'], false],
    [{ strategy: { rollingUpdate: { maxSurge: '25%' } } }, ['strategy', 'rollingUpdate', 'maxSurge'], true],
    [{ readinessProbe: { periodSeconds: 10 } }, ['readinessProbe', 'periodSeconds'], true],
    [{ readinessProbe: { replicas: 1 } }, ['readinessProbe', 'replicas'], false],
    [{ metadata: { type: 'ClusterIP' } }, ['metadata', 'type'], false],
    [{ image: 'a', imagePullPolicy: 'Always' }, ['imagePullPolicy'], true],
    [{ image: 'host:5000/a:latest', imagePullPolicy: 'Always' }, ['imagePullPolicy'], true],
    [{ image: 'host:5000/a', imagePullPolicy: 'Always' }, ['imagePullPolicy'], true],
    [{ image: 'a:1', imagePullPolicy: 'Always' }, ['imagePullPolicy'], false],
    [{ image: 'a:1', imagePullPolicy: 'IfNotPresent' }, ['imagePullPolicy'], true],
    [{ image: 'a@sha256:0', imagePullPolicy: 'IfNotPresent' }, ['imagePullPolicy'], true],
    [{ imagePullPolicy: 'Always' }, ['imagePullPolicy'], false],
    [{ port: 80, targetPort: 80 }, ['targetPort'], true],
    [{ port: 80, targetPort: 'http' }, ['targetPort'], false],
    [{ other: 1 }, ['other'], false],
  ])('%j at %j: %p', (spec, names, expected) => {
    expect(isServerDefault(deployment(spec), fieldPath([], 'spec', ...names))).toBe(expected)
  })
})
