import { at } from '../change.js'
import { spot, type Kind } from '../kind.js'

export const SERVICE: Kind = {
  apiVersion: 'v1',
  kind: 'Service',
  resource: 'services',
  body: {
    spec: {
      selector: { app: 'x' },
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'metrics', port: 9090 },
      ],
      sessionAffinity: 'None',
    },
  },
  optional: [[at('spec.ports[metrics]')], [at('spec.sessionAffinity')], [at('spec.ports[http].targetPort')]],
  spots: [
    spot(at('spec.selector.app'), 'y', 'x'),
    spot(at('spec.selector.tier'), 'front'),
    spot(at('spec.ports[port=80,protocol=TCP].targetPort'), 8080, 'web'),
    spot(at('spec.ports[port=80,protocol=TCP].appProtocol'), 'http'),
    spot(at('spec.ports[port=443,protocol=TCP]'), { name: 'https' }, { name: 'https', targetPort: 8443 }),
    spot(at('spec.ports[port=53,protocol=TCP]'), { name: 'dns-tcp' }),
    spot(at('spec.ports[port=9090,protocol=TCP]'), { name: 'prom' }),
    spot(at('spec.type'), 'NodePort', 'ClusterIP', 'LoadBalancer'),
    spot(at('spec.sessionAffinity'), 'ClientIP', 'None'),
    spot(at('spec.internalTrafficPolicy'), 'Local', 'Cluster'),
    spot(at('spec.externalIPs'), ['10.1.1.1']),
    spot(at('spec.publishNotReadyAddresses'), true),
  ],
  lists: [at('spec.ports')],
}

export const INGRESS: Kind = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  resource: 'ingresses',
  body: {
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'a.example.org',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'web', port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
      tls: [{ hosts: ['a.example.org'], secretName: 'a-tls' }],
    },
  },
  optional: [[at('spec.tls')], [at('spec.ingressClassName')]],
  spots: [
    spot(at('spec.ingressClassName'), 'traefik', 'nginx'),
    spot(at('spec.rules'), [{ host: 'b.example.org' }]),
    spot(at('spec.rules'), [
      {
        host: 'a.example.org',
        http: {
          paths: [
            { path: '/', pathType: 'Exact', backend: { service: { name: 'web', port: { name: 'http' } } } },
          ],
        },
      },
    ]),
    spot(at('spec.tls'), [{ hosts: ['a.example.org', 'b.example.org'], secretName: 'a-tls' }]),
    spot(at('spec.defaultBackend'), { service: { name: 'fallback', port: { number: 80 } } }),
  ],
}

export const NETWORK_POLICY: Kind = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  body: {
    spec: {
      podSelector: { matchLabels: { app: 'x' } },
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
      policyTypes: ['Ingress'],
    },
  },
  optional: [[at('spec.policyTypes')]],
  spots: [
    spot(at('spec.podSelector'), { matchLabels: { app: 'y' } }, {}),
    spot(at('spec.ingress'), [], [{ ports: [{ port: 80 }, { port: 81, protocol: 'UDP' }] }]),
    spot(at('spec.egress'), [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }]),
    spot(at('spec.policyTypes'), ['Ingress', 'Egress'], ['Ingress']),
  ],
}
