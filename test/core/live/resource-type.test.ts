import { describe, expect, it } from '@jest/globals'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { discoveryOf, type ApiResource } from '@kubectl-gitops/core/live/discovery.js'
import { findResourceType } from '@kubectl-gitops/core/live/resource-type.js'

const resource = (
  groupVersion: string,
  kind: string,
  shortNames: readonly string[] = [],
  preferred = true,
): ApiResource => {
  const [version = '', group = ''] = groupVersion.split('/').reverse()
  const singular = kind.toLowerCase()
  const plural = singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`
  return { group, version, kind, plural, singular, shortNames, namespaced: true, verbs: ['get'], preferred }
}

const DISCOVERY = discoveryOf({
  resources: [
    resource('v1', 'Service', ['svc']),
    resource('v1', 'Event', ['ev']),
    resource('apps/v1', 'Deployment', ['deploy']),
    resource('autoscaling/v2', 'HorizontalPodAutoscaler', ['hpa']),
    resource('autoscaling/v1', 'HorizontalPodAutoscaler', ['hpa'], false),
    resource('events.k8s.io/v1', 'Event', ['ev']),
    resource('cert-manager.io/v1', 'Certificate', ['cert']),
    resource('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', ['ks']),
    resource('serving.knative.dev/v1', 'Service', ['kservice', 'ksvc']),
    resource('example.com/v1', 'Cert', ['services']),
  ],
  unavailable: [
    { group: 'metrics.k8s.io', version: 'v1beta1', why: 'the server marks its discovery as stale' },
  ],
})

const found = (typed: string) => {
  const { group, version, kind } = findResourceType(DISCOVERY, typed)
  return [group, version, kind].filter((part) => part !== '').join('/')
}

describe('the word for a type', () => {
  it.each([
    ['deployment', 'apps/v1/Deployment'],
    ['deployments', 'apps/v1/Deployment'],
    ['Deployment', 'apps/v1/Deployment'],
    ['deploy', 'apps/v1/Deployment'],
    ['deployments.apps', 'apps/v1/Deployment'],
    ['deploy.apps', 'apps/v1/Deployment'],
    ['deployments.v1.apps', 'apps/v1/Deployment'],
    ['svc', 'v1/Service'],
    ['service', 'v1/Service'],
    ['services', 'v1/Service'],
    ['services.serving.knative.dev', 'serving.knative.dev/v1/Service'],
    ['services.v1.serving.knative.dev', 'serving.knative.dev/v1/Service'],
    ['ks', 'kustomize.toolkit.fluxcd.io/v1/Kustomization'],
    ['kustomization.kustomize.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io/v1/Kustomization'],
    ['certificate.cert-manager', 'cert-manager.io/v1/Certificate'],
    ['cert', 'example.com/v1/Cert'],
    ['events', 'v1/Event'],
    ['events.events.k8s.io', 'events.k8s.io/v1/Event'],
    ['hpa', 'autoscaling/v2/HorizontalPodAutoscaler'],
    ['hpa.v1.autoscaling', 'autoscaling/v1/HorizontalPodAutoscaler'],
  ])('%s is %s', (typed, expected) => {
    expect(found(typed)).toBe(expected)
  })

  it.each([
    ['deplyoment', undefined, 'deployment'],
    ['services.apps', undefined, 'services'],
    ['', undefined, 'kubectl api-resources'],
    ['deployments.v2.apps', undefined, 'deployments'],
    ['frobnicator', undefined, 'kubectl api-resources'],
    [
      'nodes.metrics.k8s.io',
      'it cannot say what metrics.k8s.io holds: the server marks its discovery as stale',
      'kubectl api-resources',
    ],
  ])('%j is refused, with the near one', (typed, why, tryThis) => {
    let thrown: unknown
    try {
      found(typed)
    } catch (error) {
      thrown = error
    }
    const { code, message, why: told, tryThis: tried } = thrown as GitOpsError
    expect({ code, message, tried }).toEqual({
      code: 'USAGE',
      message: `the server doesn't have a resource type ${JSON.stringify(typed)}`,
      tried: tryThis,
    })
    if (why !== undefined) expect(told).toBe(why)
  })
})
