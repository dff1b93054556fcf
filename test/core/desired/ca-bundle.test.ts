import { rootCertificates } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import { withoutInvalidBundle } from '@kubectl-gitops/core/desired/ca-bundle.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

const definition = (caBundle: unknown, kind = 'CustomResourceDefinition'): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind,
  metadata: { name: 'things.example.org' },
  spec: {
    conversion: { strategy: 'Webhook', webhook: { clientConfig: { caBundle, service: { name: 'a' } } } },
  },
})
const base64 = (text: string) => Buffer.from(text).toString('base64')
const [certificate = ''] = rootCertificates

describe('the CA bundle of a conversion webhook', () => {
  it.each([
    ['a line end', base64('\n')],
    ['what is no base64', 'not base64'],
    ['text', base64('to be filled in')],
    ['what is no certificate', base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')],
  ])('is not sent where it is %s', (_, caBundle) => {
    expect(withoutInvalidBundle(definition(caBundle))).toEqual({
      ...definition(undefined),
      spec: { conversion: { strategy: 'Webhook', webhook: { clientConfig: { service: { name: 'a' } } } } },
    })
  })

  it.each([
    ['a certificate', base64(certificate)],
    ['a certificate behind something else', base64(`# ours\n${certificate}\n`)],
    ['empty', ''],
    ['not text', 7],
  ])('stays where it is %s', (_, caBundle) => {
    expect(withoutInvalidBundle(definition(caBundle))).toEqual(definition(caBundle))
  })

  it('of another kind stays', () => {
    const other = definition(base64('\n'), 'Thing')
    expect(withoutInvalidBundle(other)).toBe(other)
  })

  it.each([{}, { conversion: {} }, { conversion: { webhook: {} } }, { conversion: { strategy: 'None' } }])(
    'is not looked for in %j',
    (spec) => {
      const object = { ...definition(''), spec }
      expect(withoutInvalidBundle(object)).toBe(object)
    },
  )
})
