import { headerLine } from '../message/edit'
import { headerValue, splitList } from '../message/headers'
import type { Request, Response } from '../message/message'
import { formatParameters, hasParameter, parameter } from '../message/parameters'
import { parseVia, topVia, type Via } from '../message/via'
import { DEFAULT_PORT, type NetworkAddress } from './hop'

/**
 * RFC 3261 §18.2.1, RFC 3581 §4: notes in the topmost Via where the request really came from. `received` when the address
 * differs from the sent-by, and always beside a filled-in `rport`. What the sender has written there himself is replaced: answers
 * would go to whomever he names.
 */
export function withReceived(request: Request, source: NetworkAddress): Request {
  const at = request.headers.findIndex((h) => h.key === 'via')
  const line = request.headers[at]
  const [top, ...others] = line ? splitList(headerValue(line)) : []
  const via = top === undefined ? undefined : parseVia(top)
  if (!line || top === undefined || !via) return request
  const wantsPort = hasParameter(via.parameters, 'rport')
  const isTrue = bare(via.host) === source.address && !hasParameter(via.parameters, 'received')
  if (!wantsPort && isTrue) return request
  const kept = via.parameters.filter(({ name }) => !['received', 'rport'].includes(name.toLowerCase()))
  const received = { name: 'received', value: source.address }
  const parameters = [...kept, received, ...(wantsPort ? [{ name: 'rport', value: String(source.port) }] : [])]
  const marked = `${top.slice(0, semicolon(top))}${formatParameters(parameters)}`
  const name = line.raw.slice(0, line.valueAt - 1).trimEnd()
  const field = headerLine(name, [marked, ...others].join(', '))
  return { ...request, headers: request.headers.with(at, field) }
}

function semicolon(via: string): number {
  const at = via.indexOf(';')
  return at < 0 ? via.length : at
}

/**
 * RFC 3261 §18.2.2, RFC 3581 §4: where the response to a request goes, told by its topmost Via. Deviates from RFC 3261
 * §18.2.2: `maddr` is not followed, since it would send our answers to whomever the sender names.
 */
export function responseAddress(response: Response): NetworkAddress | undefined {
  const via = topVia(response)
  if (!via) return undefined
  const transport = via.transport === 'TCP' ? 'TCP' : 'UDP'
  const rport = Number(parameter(via.parameters, 'rport') ?? '')
  const port = rport > 0 ? rport : (via.port ?? DEFAULT_PORT)
  return { transport, address: parameter(via.parameters, 'received') ?? bare(via.host), port }
}

function bare(host: Via['host']): string {
  return host.startsWith('[') ? host.slice(1, -1).toLowerCase() : host
}
