import { GitOpsError } from '../errors.js'

/** The parts of a request that decide whether it may leave: nothing else of it can change a cluster. */
export interface OutgoingRequest {
  readonly method: string
  /** Path and query exactly as they go over the wire, without a path prefix of the server. */
  readonly target: string
  readonly headerNames?: readonly string[]
}

const REVIEWS = [
  /^\/apis\/authorization\.k8s\.io\/v[0-9a-z]+\/selfsubject(?:access|rules)reviews$/,
  /^\/apis\/authentication\.k8s\.io\/v[0-9a-z]+\/selfsubjectreviews$/,
]
const INFORMATION = new Set(['version', 'openapi', 'readyz', 'livez', 'healthz'])
const READ_METHODS = new Set(['GET', 'HEAD'])
const WRITE_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const READ_SUBRESOURCES = new Set(['status', 'scale'])
const METHOD_OVERRIDE = /^(?:_method|(?:x-)?(?:http-)?method(?:-override)?)$/i
const WIRE_SAFE = /^\/[A-Za-z0-9\-._~!$&'()*+,=:@%/]*(?:\?[A-Za-z0-9\-._~!$&'()*+,=:@%/]*)?$/
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/

/**
 * Throws WRITE_REFUSED for every request that could change a cluster. Allowed are GET and HEAD of
 * objects, lists and server information; POST of a SelfSubject*Review; and writes of objects whose
 * query says `dryRun=All` and no other `dryRun`.
 *
 * Subresources are allowed by name, because `exec`, `attach`, `portforward` and `proxy` act on a GET
 * and extension API servers add their own. Source: Kubernetes API concepts, "dry-run"; apiserver
 * pkg/endpoints/request/requestinfo.go, which splits the decoded path.
 */
export function assertReadOnly(request: OutgoingRequest): void {
  const refusal = reasonToRefuse(request)
  if (refusal === undefined) return
  throw new GitOpsError('WRITE_REFUSED', {
    what: `refused to send ${JSON.stringify(request.method)} ${JSON.stringify(request.target.split('?', 1)[0])}`,
    why: refusal,
    tryThis: 'this is a fault in kubectl-gitops, which only reads; please report it',
  })
}

function reasonToRefuse({ method, target, headerNames = [] }: OutgoingRequest): string | undefined {
  if (!WIRE_SAFE.test(target) || BROKEN_ESCAPE.test(target)) return 'the target is not a plain path and query'
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
  if ([...headerNames, ...query.keys()].some((name) => METHOD_OVERRIDE.test(name))) {
    return 'it overrides its own method'
  }
  const segments = decodedSegments(path)
  if (segments === undefined) return 'the path does not mean the same to everyone who reads it'
  return refuseMethod(method, path, segments, query)
}

function refuseMethod(
  method: string,
  path: string,
  segments: readonly string[],
  query: URLSearchParams,
): string | undefined {
  if (READ_METHODS.has(method)) {
    return isInformation(segments) || isObjectOrList(segments) ? undefined : 'a GET of this path may act'
  }
  if (method === 'POST' && REVIEWS.some((review) => review.test(path))) return undefined
  if (!WRITE_METHODS.has(method)) return 'the method is not one that Kubernetes knows'
  if (!isObjectOrList(segments)) return 'a dry run of this path may act'
  const dryRun = query.getAll('dryRun')
  return dryRun.length > 0 && dryRun.every((value) => value === 'All') ? undefined : 'it is not a dry run'
}

/** Undefined where the server would split the decoded path elsewhere, or clean it. */
function decodedSegments(path: string): readonly string[] | undefined {
  const segments = path.slice(1).split('/').map(decode)
  const plain = segments.filter((segment) => segment !== undefined && !isMisleading(segment))
  return plain.length === segments.length ? (plain as readonly string[]) : undefined
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function isMisleading(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..' || /[/\\%\p{Cc}]/u.test(segment)
}

function isInformation(segments: readonly string[]): boolean {
  const [root = ''] = segments
  if (root === 'api') return segments.length <= 2
  if (root === 'apis') return segments.length <= 3
  return INFORMATION.has(root)
}

/** `[plural]`, `[plural, name]` or `[plural, name, harmless subresource]` below a group version. */
function isObjectOrList(segments: readonly string[]): boolean {
  const below = belowGroupVersion(segments)
  const inNamespace = below[0] === 'namespaces' && below.length > 2
  const [plural, , subresource, ...deeper] = inNamespace ? below.slice(2) : below
  if (plural === undefined || deeper.length > 0) return false
  return subresource === undefined || READ_SUBRESOURCES.has(subresource)
}

function belowGroupVersion(segments: readonly string[]): readonly string[] {
  if (segments[0] === 'api') return segments.slice(2)
  return segments[0] === 'apis' ? segments.slice(3) : []
}
