import { at, type Json, type Step } from '../change.js'
import { spot, type Spot } from '../kind.js'

/** A pod template with something of every kind of list. */
export const POD: Json = {
  metadata: { labels: { app: 'x' }, annotations: { 'example.org/checksum': 'abc' } },
  spec: {
    initContainers: [
      { name: 'one', image: 'example.org/init:1', args: ['one'] },
      { name: 'two', image: 'example.org/init:1' },
    ],
    containers: [
      {
        name: 'app',
        image: 'example.org/app:1',
        args: ['serve', '--verbose'],
        ports: [{ containerPort: 8080, name: 'http' }, { containerPort: 9090 }],
        env: [
          { name: 'LEVEL', value: 'info' },
          { name: 'EMPTY', value: '' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        envFrom: [{ configMapRef: { name: 'settings' } }],
        resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: '0.5' } },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
      { name: 'side', image: 'example.org/side', command: ['side'] },
    ],
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    serviceAccountName: 'runner',
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'a' }] } },
    ],
  },
}

/** What a template may lack, below `prefix`. */
export const podOptional = (prefix: string): readonly (readonly (readonly Step[])[])[] =>
  [
    ['spec.initContainers'],
    ['spec.containers[side]'],
    ['spec.containers[app].args'],
    ['spec.containers[app].env'],
    ['spec.containers[app].env[LEVEL]'],
    ['spec.containers[app].envFrom'],
    ['spec.containers[app].resources'],
    ['spec.containers[app].resources.limits.cpu'],
    ['spec.containers[app].ports', 'spec.containers[app].readinessProbe'],
    ['spec.containers[app].securityContext'],
    ['spec.containers[app].volumeMounts', 'spec.volumes[data]'],
    ['spec.nodeSelector'],
    ['spec.tolerations'],
    ['metadata.annotations'],
  ].map((group) => group.map((dotted) => at(`${prefix}.${dotted}`)))

const APP = 'spec.containers[app]'

export const podSpots = (prefix: string): readonly Spot[] => {
  const here = (dotted: string, ...values: readonly Json[]): Spot =>
    spot(at(`${prefix}.${dotted}`), ...values)
  return [
    here(`${APP}.image`, 'example.org/app:2', 'example.org/app:hotfix'),
    here(`${APP}.imagePullPolicy`, 'Always', 'IfNotPresent'),
    here(`${APP}.args`, ['serve'], ['serve', '--verbose', '--debug']),
    here(`${APP}.command`, ['/bin/app']),
    here(`${APP}.env[LEVEL].value`, 'debug', 'info', '1'),
    here(`${APP}.env[EXTRA]`, { value: 'x' }, { valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }),
    here(`${APP}.env[EXTRA].value`, 'y'),
    here(`${APP}.envFrom`, [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'more' } }]),
    here(`${APP}.resources.limits.cpu`, '2', '1', '1000m'),
    here(`${APP}.resources.requests.memory`, '64Mi'),
    here(`${APP}.ports[containerPort=8080,protocol=TCP].name`, 'web'),
    here(`${APP}.ports[containerPort=7070,protocol=TCP]`, { name: 'debug' }),
    here(`${APP}.ports[containerPort=8080,protocol=UDP]`, { name: 'udp' }),
    here(`${APP}.readinessProbe.periodSeconds`, 3, 10),
    here(`${APP}.readinessProbe.httpGet.path`, '/healthz'),
    here(`${APP}.livenessProbe`, { tcpSocket: { port: 8080 }, periodSeconds: 5 }),
    here(`${APP}.securityContext.runAsNonRoot`, true),
    here(`${APP}.securityContext.capabilities.add`, ['NET_ADMIN']),
    here(`${APP}.terminationMessagePolicy`, 'FallbackToLogsOnError', 'File'),
    here(`${APP}.volumeMounts[mountPath=/data].readOnly`, true),
    here(
      'spec.containers[debug]',
      { image: 'busybox' },
      { image: 'busybox:1', env: [{ name: 'A', value: 'b' }] },
    ),
    here('spec.containers[debug].image', 'busybox:2'),
    here('spec.containers[side].image', 'example.org/side:2'),
    here('spec.initContainers[three]', { image: 'example.org/init:3' }),
    here('spec.volumes[cache]', { emptyDir: { sizeLimit: '1Gi' } }, { emptyDir: {} }),
    here('spec.volumes[settings].configMap.defaultMode', 256, 420),
    here('spec.nodeSelector', { disk: 'hdd' }, { disk: 'ssd', zone: 'a' }),
    here('spec.tolerations', [
      { key: 'dedicated', operator: 'Exists' },
      { key: 'gpu', operator: 'Exists' },
    ]),
    here('spec.tolerations', [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }]),
    here('spec.terminationGracePeriodSeconds', 5, 30),
    here('spec.dnsPolicy', 'Default', 'ClusterFirst'),
    here('spec.securityContext.fsGroup', 1000),
    here('spec.imagePullSecrets[registry]', {}),
    here('spec.hostAliases[ip=10.0.0.1]', { hostnames: ['a'] }),
    here('metadata.labels.team', 'web'),
    spot(
      [...at(`${prefix}.metadata.annotations`), 'kubectl.kubernetes.io/restartedAt'],
      '2026-01-01T00:00:00Z',
    ),
    spot([...at(`${prefix}.metadata.annotations`), 'example.org/checksum'], 'def'),
  ]
}

export const podLists = (prefix: string): readonly (readonly Step[])[] =>
  ['spec.containers', 'spec.initContainers', `${APP}.env`, `${APP}.ports`, 'spec.volumes', `${APP}.args`].map(
    (dotted) => at(`${prefix}.${dotted}`),
  )
