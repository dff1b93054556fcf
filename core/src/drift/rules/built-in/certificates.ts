import type { RuleData } from '../rule.js'

const CA_KINDS = [
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
]
const CA_PATHS = [
  '/webhooks/*/clientConfig/caBundle',
  '/spec/conversion/webhook/clientConfig/caBundle',
  '/spec/caBundle',
]

/** Certificates that are not kept in Git. Source: cert-manager pkg/controller/cainjector, certificates/issuing. */
export const CERTIFICATE_RULES: readonly RuleData[] = [
  {
    id: 'cert-manager-ca-injector',
    kinds: CA_KINDS,
    paths: CA_PATHS,
    writers: ['controller'],
    managers: ['cert-manager-cainjector', 'cainjector'],
    because: 'cert-manager fills in the authority that signs its certificates',
  },
  {
    id: 'ca-bundle',
    kinds: CA_KINDS,
    paths: CA_PATHS,
    writers: ['controller', 'nobody'],
    because: 'the controller behind it fills in its own authority',
  },
  {
    id: 'cert-manager-secret',
    kinds: ['/Secret'],
    paths: [
      '/data/tls.crt',
      '/data/tls.key',
      '/data/ca.crt',
      '/data/tls-combined.pem',
      '/data/key.der',
      '/metadata/labels/controller.cert-manager.io~1*',
      '/metadata/annotations/cert-manager.io~1*',
    ],
    writers: ['controller'],
    beside: '/metadata/annotations/cert-manager.io~1certificate-name',
    because: 'cert-manager issues the certificate that it holds',
  },
  {
    id: 'cert-manager-annotations',
    kinds: ['*'],
    paths: ['/metadata/annotations/*cert-manager.io~1*', '/metadata/labels/*cert-manager.io~1*'],
    writers: ['controller'],
    because: 'cert-manager keeps its records there',
  },
]
