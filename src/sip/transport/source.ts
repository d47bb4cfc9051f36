import { headerLines } from '../message/headers'
import type { Request } from '../message/message'
import { parameter, parseParameters, quote } from '../message/parameters'

/** Where a request comes from, as the network says and not as a header does. */
export interface Source {
  readonly transport: 'WS' | 'WSS' | 'UDP' | 'TCP'
  /** IP literal; IPv6 without brackets. Empty when it is not known. */
  readonly address: string
  /** Unknown behind the edge of Cloudflare. */
  readonly port?: number
  /** The gateway it came through. */
  readonly gateway?: string
  /** The trunk whose Contact it was sent to. */
  readonly trunk?: string
}

/**
 * Tells the Worker the real source of a request that came through a gateway. Only the link of a gateway may carry it: from a
 * phone it is taken out unread.
 */
export const SOURCE_HEADER = 'Strowger-Source'
const SOURCE_KEY = 'strowger-source'

export function formatSource({ transport, address, port, trunk }: Source): string {
  const facts = [transport, `address=${quote(address)}`, `port=${port ?? 0}`]
  return [...facts, ...(trunk === undefined ? [] : [`trunk=${quote(trunk)}`])].join(';')
}

/** Undefined when it is missing, twice there, or can't be read. */
export function sourceIn(request: Request, gateway: string): Source | undefined {
  const lines = headerLines(request, SOURCE_KEY)
  const line = lines[0] ?? ''
  const transport = line.slice(0, line.indexOf(';'))
  const parameters = parseParameters(line.slice(transport.length)) ?? []
  const read = (name: string) => parameter(parameters, name) ?? ''
  const port = Number(read('port'))
  if (lines.length !== 1 || (transport !== 'UDP' && transport !== 'TCP') || read('address') === '') return undefined
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return undefined
  const trunk = read('trunk')
  return { transport, address: read('address'), port, gateway, ...(trunk === '' ? {} : { trunk }) }
}

/** Without any claim about its source. */
export function withoutSource(request: Request): Request {
  if (!request.headers.some((h) => h.key === SOURCE_KEY)) return request
  return { ...request, headers: request.headers.filter((h) => h.key !== SOURCE_KEY) }
}
