/** Where an API server sends its audit events, besides the log file. */
export interface AuditWebhook {
  /** The path is kept, a query is dropped: a cluster's name belongs in the path. */
  readonly url: string
  /** Sent as a bearer token, over TLS only. */
  readonly token?: string
  /** PEM of the authority that signed the receiver's certificate. */
  readonly certificateAuthority?: string
}

/** What is recorded: changes with their bodies, reads without, Secrets and tokens never with a body. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: false,
  rules: [
    { level: 'None', users: ['system:apiserver'] },
    { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
    {
      level: 'Metadata',
      resources: [
        { group: '', resources: ['secrets', 'serviceaccounts/token'] },
        { group: 'authentication.k8s.io', resources: ['tokenreviews'] },
      ],
    },
    { level: 'RequestResponse', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'Metadata' },
  ],
} as const

/** The kubeconfig of `--audit-webhook-config-file`. */
export function webhookKubeconfig(webhook: AuditWebhook): object {
  const { url, token, certificateAuthority } = webhook
  const authority =
    certificateAuthority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'receiver', cluster: { server: url, ...authority } }],
    users: [{ name: 'api-server', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'audit', context: { cluster: 'receiver', user: 'api-server' } }],
    'current-context': 'audit',
  }
}

/** One audit event as the API server wrote it (audit.k8s.io/v1 Event); only what tests read is typed. */
export interface AuditEvent {
  readonly auditID: string
  readonly stage: string
  readonly verb: string
  readonly requestURI: string
  readonly userAgent?: string
  readonly user: { readonly username: string; readonly uid?: string; readonly groups?: readonly string[] }
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly [field: string]: unknown
}

/** Reads the audit log; a last line that is still being written is left for the next reading. */
export function parseAuditLog(text: string): readonly AuditEvent[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent)
}
