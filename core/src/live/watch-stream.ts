import { StringDecoder } from 'node:string_decoder'
import { GitOpsError } from '../errors.js'
import { readAnswer } from './answer.js'
import { failure, open, readWhole, response, timeout, type Wire, type WireRequest } from './transport.js'

/** When a stream is given up. */
export interface StreamBounds {
  /** Aborted when nobody wants it any more. */
  readonly signal: AbortSignal
  /** Milliseconds without a byte after which the other end counts as gone. */
  readonly silenceMs: number
  /** Names the request in errors. */
  readonly label: string
}

/** Bytes of one event; an object in etcd has 1.5 MB at most. */
const LONGEST_LINE = 16 * 1024 * 1024

/**
 * Sends a request whose answer does not end, and hands over its lines as they come. The request timeout holds until
 * the answer begins. Ends when the server ends the stream. Throws what `send` and `readAnswer` throw, CLUSTER_TIMEOUT
 * after too long a silence, LIMIT_EXCEEDED for a line without end.
 */
export async function* streamLines(
  wire: Wire,
  request: WireRequest,
  bounds: StreamBounds,
): AsyncGenerator<string, void, undefined> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, bounds.signal, wire.closed])
  let timer = deadline(stop, wire, wire.timeoutMs)
  const heard = (): void => {
    clearTimeout(timer)
    timer = deadline(stop, wire, bounds.silenceMs)
  }
  // A stream of its own beside the requests that take turns.
  wire.agent.maxSockets += 1
  try {
    const incoming = await response(open(wire, request, signal, 'identity'), request.body)
    if (incoming.statusCode !== 200)
      readAnswer(await readWhole(incoming, wire.maxBytes, signal), bounds.label)
    heard()
    const lines = new Lines(bounds.label)
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      heard()
      yield* lines.take(chunk)
    }
  } catch (thrown) {
    throw signal.aborted ? signal.reason : failure(wire, request, thrown)
  } finally {
    clearTimeout(timer)
    wire.agent.maxSockets -= 1
    stop.abort()
  }
}

function deadline(stop: AbortController, wire: Wire, milliseconds: number): NodeJS.Timeout | undefined {
  if (milliseconds === 0) return undefined
  return setTimeout(() => {
    stop.abort(timeout({ ...wire, timeoutMs: milliseconds }))
  }, milliseconds)
}

/** Puts chunks together to lines; what has no end yet is kept. */
class Lines {
  readonly #decoder = new StringDecoder('utf8')
  readonly #label: string
  #rest = ''

  constructor(label: string) {
    this.#label = label
  }

  take(chunk: Buffer): readonly string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > LONGEST_LINE) {
      throw new GitOpsError('LIMIT_EXCEEDED', {
        what: `an event of ${this.#label} is larger than ${LONGEST_LINE} bytes`,
      })
    }
    return lines.filter((line) => line.trim() !== '')
  }
}
