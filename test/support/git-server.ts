import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitServerOptions {
  /** The folder whose bare repositories are served: `FOLDER/team/app.git` is `URL/team/app.git`. */
  readonly folder: string
  /** Asked for by HTTP basic authentication; without them everybody reads and nobody pushes. */
  readonly credentials?: { readonly username: string; readonly password: string }
}

export interface GitRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** 0 while it is being answered. */
  readonly status: number
}

/** Git's smart HTTP protocol on loopback, spoken by `git http-backend`. */
export interface GitServer {
  readonly url: string
  /** The address of one repository: `app.git` or `team/app.git`. */
  urlOf(repository: string): string
  /** What was asked so far, oldest first. */
  requests(): readonly GitRequest[]
  stop(): Promise<void>
}

/** Serves the bare repositories of a folder on a port chosen by the kernel. Source: git-http-backend(1), RFC 3875. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: { method: string; path: string; status: number }[] = []
  const server = createServer((request, response) => {
    const asked = { method: request.method ?? '', path: request.url ?? '', status: 0 }
    requests.push(asked)
    response.once('finish', () => (asked.status = response.statusCode))
    answer(options, request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  return {
    url,
    urlOf: (repository) => `${url}/${repository}`,
    requests: () => requests.map((one) => ({ ...one })),
    stop,
  }
}

function answer(options: GitServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const { credentials } = options
  if (credentials !== undefined && request.headers.authorization !== basic(credentials)) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?\n')
    return
  }
  const backend = spawn('git', ['http-backend'], { env: cgiEnvironment(options, request) })
  request.pipe(backend.stdin)
  // git ends without reading the rest of a request that it refuses.
  backend.stdin.on('error', () => undefined)
  backend.once('error', () => response.writeHead(500).end())
  forward(backend.stdout, response)
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function cgiEnvironment(options: GitServerOptions, request: IncomingMessage): Record<string, string> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const header = (name: string): string => String(request.headers[name] ?? '')
  return {
    PATH: process.env.PATH ?? '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PROJECT_ROOT: options.folder,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROTOCOL: header('git-protocol'),
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: header('content-type'),
    ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: header('content-length') }),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    REMOTE_ADDR: '127.0.0.1',
    // With a name set, git lets this user push.
    ...(options.credentials === undefined ? {} : { REMOTE_USER: options.credentials.username }),
  }
}

/** Splits the CGI answer at its empty line: headers first, `Status:` among them, then the body as it comes. */
function forward(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    output.off('data', onData)
    writeHead(head.subarray(0, end).toString('latin1'), response)
    response.write(head.subarray(end + 4))
    output.pipe(response)
  }
  output.on('data', onData)
  output.once('end', () => {
    if (!response.headersSent) response.writeHead(500).end('git http-backend gave no answer\n')
  })
}

function writeHead(head: string, response: ServerResponse): void {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
}
