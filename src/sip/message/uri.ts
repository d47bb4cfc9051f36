import { type Parameter, parseParameters } from './parameters'
import { remembering } from './remembering'

/** RFC 3261 §19.1. Parts are as written: escapes stay, so that a URI goes out as it came in. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  readonly user?: string
  readonly password?: string
  readonly host: string
  readonly port?: number
  readonly parameters: readonly Parameter[]
  /** The part after `?`. */
  readonly headers?: string
}

/** The scheme of any URI, in lower case, or undefined. */
export function uriScheme(text: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase()
}

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/
/** A user, then perhaps a password. Wider than the grammar: phones send `#` and letters beyond ASCII unescaped. */
const USER_INFO = /^[^:\s<>"@\\^`{|}][^\s<>"@\\^`{|}]*$/

/** Reads a `sip:` or `sips:` URI; undefined when it is another scheme or malformed. */
export const parseUri = remembering(readUri)

function readUri(text: string): SipUri | undefined {
  const scheme = uriScheme(text)
  if (scheme !== 'sip' && scheme !== 'sips') return undefined
  const rest = text.slice(scheme.length + 1)
  // The user part may hold ";" and "?" (§25.1), the rest can't hold "@".
  const at = rest.indexOf('@')
  const userInfo = at < 0 ? undefined : rest.slice(0, at)
  if (userInfo !== undefined && !USER_INFO.test(userInfo)) return undefined
  const tail = parseHostPart(rest.slice(at + 1))
  return tail && { scheme, ...parseUserInfo(userInfo), ...tail }
}

function parseUserInfo(text: string | undefined): { user?: string; password?: string } {
  if (text === undefined) return {}
  const colon = text.indexOf(':')
  return colon < 0 ? { user: text } : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

type HostPart = Pick<SipUri, 'host' | 'port' | 'parameters' | 'headers'>

function parseHostPart(text: string): HostPart | undefined {
  const question = text.indexOf('?')
  const beforeHeaders = question < 0 ? text : text.slice(0, question)
  const semicolon = beforeHeaders.indexOf(';')
  const hostPort = HOST.exec(semicolon < 0 ? beforeHeaders : beforeHeaders.slice(0, semicolon))
  const parameters = semicolon < 0 ? [] : parseUriParameters(beforeHeaders.slice(semicolon))
  const port = hostPort?.[2] === undefined ? undefined : Number(hostPort[2])
  if (!hostPort?.[1] || !parameters || (port !== undefined && port > 65_535)) return undefined
  return {
    host: hostPort[1],
    parameters,
    ...(port === undefined ? {} : { port }),
    ...(question < 0 ? {} : { headers: text.slice(question + 1) }),
  }
}

/** Unlike header parameters, those of a URI hold neither blanks nor quotes. */
function parseUriParameters(text: string): Parameter[] | undefined {
  return /[\s"<>]/.test(text) ? undefined : parseParameters(text)
}

/** Decodes %HH; a "%" that is not an escape stays (RFC 4475 §3.1.1.5). */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes.replace(/%[0-9A-Fa-f]{2}/g, (e) => String.fromCharCode(Number.parseInt(e.slice(1), 16)))
    }
  })
}

/** RFC 3261 §10.3 step 5: the canonical address-of-record, `user@domain`, without parameters and escapes. */
export function canonicalAor(uri: SipUri): string {
  const host = uri.host.toLowerCase()
  return uri.user === undefined ? host : `${unescapeUri(uri.user)}@${host}`
}

/** Parameters that must agree even when only one side has them: RFC 3261 §19.1.4. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport']

/** RFC 3261 §19.1.4. */
export function equalUris(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    sameUnescaped(a.user, b.user) &&
    sameUnescaped(a.password, b.password) &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    a.port === b.port &&
    equalParameters(a, b) &&
    equalHeaders(a.headers, b.headers)
  )
}

function sameUnescaped(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && unescapeUri(a) === unescapeUri(b))
}

function equalParameters(a: SipUri, b: SipUri): boolean {
  const left = comparable(a.parameters)
  const right = comparable(b.parameters)
  for (const name of DECISIVE) if (left.has(name) !== right.has(name)) return false
  for (const [name, value] of left) if (right.has(name) && right.get(name) !== value) return false
  return true
}

/** Names and values that compare without case and escapes; the first of a repeated parameter counts. */
function comparable(parameters: readonly Parameter[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const { name, value = '' } of parameters) {
    const key = unescapeUri(name).toLowerCase()
    if (!values.has(key)) values.set(key, unescapeUri(value).toLowerCase())
  }
  return values
}

function equalHeaders(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const normal = (text: string) =>
    text
      .split('&')
      .map((h) => {
        const equals = h.indexOf('=')
        return equals < 0 ? h.toLowerCase() : `${h.slice(0, equals).toLowerCase()}=${unescapeUri(h.slice(equals + 1))}`
      })
      .sort()
      .join('&')
  return normal(a) === normal(b)
}
