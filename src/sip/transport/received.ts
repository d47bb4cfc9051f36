import { headerLine } from '../message/edit'
import { headerValue, splitList } from '../message/headers'
import type { Message, Request } from '../message/message'
import { formatParameters, hasParameter } from '../message/parameters'
import { parseVia, topVia, type Via } from '../message/via'
import { DEFAULT_PORT, type NetworkAddress } from './hop'

/**
 * RFC 3261 §18.2.1, RFC 3581 §4: notes in the topmost Via where the request really came from. `received` when the address
 * differs from the sent-by, and always beside a filled-in `rport`. What the sender has written there himself is replaced: answers
 * would go to whomever he names. A response that is about to leave is marked as its request was.
 */
export function withReceived<M extends Message>(message: M, source: NetworkAddress): M {
  const at = message.headers.findIndex((h) => h.key === 'via')
  const line = message.headers[at]
  const [top, ...others] = line ? splitList(headerValue(line)) : []
  const via = top === undefined ? undefined : parseVia(top)
  if (!line || top === undefined || !via) return message
  const wantsPort = hasParameter(via.parameters, 'rport')
  const isTrue = bare(via.host) === source.address && !hasParameter(via.parameters, 'received')
  if (!wantsPort && isTrue) return message
  const kept = via.parameters.filter(({ name }) => !['received', 'rport'].includes(name.toLowerCase()))
  const received = { name: 'received', value: source.address }
  const parameters = [...kept, received, ...(wantsPort ? [{ name: 'rport', value: String(source.port) }] : [])]
  const marked = `${top.slice(0, semicolon(top))}${formatParameters(parameters)}`
  const name = line.raw.slice(0, line.valueAt - 1).trimEnd()
  const field = headerLine(name, [marked, ...others].join(', '))
  return { ...message, headers: message.headers.with(at, field) }
}

function semicolon(via: string): number {
  const at = via.indexOf(';')
  return at < 0 ? via.length : at
}

/** Where the responses to a request go. */
export interface ReplyWay {
  readonly replyTo: NetworkAddress
  /** RFC 3261 §18.2.2: where to connect when the connection of the request is gone. */
  readonly orElse?: NetworkAddress
}

/**
 * RFC 3261 §18.2.2, RFC 3581 §4: back to the address that the request came from, and over the socket that it came in on; as a datagram
 * to the port of its Via unless that has `rport`. Deviates from RFC 3261 §18.2.2: `maddr` is not followed, since it would send our
 * answers to whomever the sender names.
 */
export function replyWay(request: Request, source: NetworkAddress): ReplyWay {
  const via = topVia(request)
  if (source.transport === 'TCP') return { replyTo: source, orElse: { ...source, port: via?.port ?? DEFAULT_PORT } }
  if (!via || hasParameter(via.parameters, 'rport')) return { replyTo: source }
  return { replyTo: { ...source, port: via.port ?? DEFAULT_PORT } }
}

function bare(host: Via['host']): string {
  return host.startsWith('[') ? host.slice(1, -1).toLowerCase() : host
}
