import { at } from '../change.js'
import { spot, type Kind } from '../kind.js'

export const CONFIG_MAP: Kind = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  body: { data: { level: 'info', 'app.yaml': 'a: 1\nb: 2\n', empty: '' } },
  optional: [[at('data.level')], [at('data.empty')], [at('data')]],
  spots: [
    spot(at('data.level'), 'debug', 'info'),
    spot(at('data', 'app.yaml'), 'a: 1\n'),
    spot(at('data.extra'), 'x', 'y', ''),
    spot(at('data.empty'), 'full'),
    spot(at('binaryData.blob'), 'AAEC'),
  ],
}

export const SECRET: Kind = {
  apiVersion: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  body: { type: 'Opaque', data: { user: 'YWRtaW4=' }, stringData: { password: 'first' } },
  optional: [[at('type')], [at('stringData')], [at('data')]],
  spots: [
    spot(at('data.user'), 'cm9vdA==', 'YWRtaW4='),
    spot(at('data.password'), 'c2Vjb25k', 'Zmlyc3Q='),
    spot(at('data.token'), 'dG9rZW4='),
  ],
}

export const SERVICE_ACCOUNT: Kind = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  resource: 'serviceaccounts',
  body: { imagePullSecrets: [{ name: 'registry' }], automountServiceAccountToken: false },
  optional: [[at('imagePullSecrets')], [at('automountServiceAccountToken')]],
  spots: [
    spot(at('imagePullSecrets[other]'), {}),
    spot(at('imagePullSecrets'), [{ name: 'other' }], [{ name: 'registry' }, { name: 'other' }]),
    spot(at('automountServiceAccountToken'), true, false),
    spot(at('secrets[token]'), {}),
  ],
}
