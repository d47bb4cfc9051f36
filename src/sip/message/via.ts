import { headerLines, splitList } from './headers'
import type { Message } from './message'
import { type Parameter, parameter, parseParameters } from './parameters'
import { remembering } from './remembering'

/** RFC 3261 §7.1 of branches made by this specification. */
export const MAGIC_COOKIE = 'z9hG4bK'

export interface Via {
  /** `UDP`, `WSS`, or whatever the peer wrote, in upper case. */
  readonly transport: string
  readonly host: string
  readonly port?: number
  readonly parameters: readonly Parameter[]
}

const VIA =
  /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?:\s*:\s*(\d{1,5}))?\s*(;[\s\S]*)?$/i

/** Reads one Via value; undefined when malformed. */
export const parseVia = remembering(readVia)

function readVia(text: string): Via | undefined {
  const match = VIA.exec(text)
  const parameters = parseParameters(match?.[4] ?? '')
  const port = match?.[3] === undefined ? undefined : Number(match[3])
  if (!match?.[1] || !match[2] || !parameters || (port !== undefined && port > 65_535)) return undefined
  return { transport: match[1].toUpperCase(), host: match[2], parameters, ...(port === undefined ? {} : { port }) }
}

/** The topmost Via as text. */
export function topViaText(message: Message): string | undefined {
  for (const line of headerLines(message, 'via')) return splitList(line)[0]
  return undefined
}

export function topVia(message: Message): Via | undefined {
  const text = topViaText(message)
  return text === undefined ? undefined : parseVia(text)
}

/** The branch of a Via; undefined when it has none (RFC 2543). */
export function branchOf(via: Via): string | undefined {
  return parameter(via.parameters, 'branch')
}

/** `host:port` in lower case, the sent-by that keys transactions (RFC 3261 §17.2.3). */
export function sentBy(via: Via): string {
  return `${via.host.toLowerCase()}${via.port === undefined ? '' : `:${via.port}`}`
}
