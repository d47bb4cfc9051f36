import { type Address, nameAddress } from '../identity/address'
import { headerLine } from '../message/edit'
import { headerKey, isToken } from '../message/header-names'
import type { HeaderField, Request } from '../message/message'
import { byteLength } from '../message/octets'
import { serialize } from '../message/serialize'
import { canonicalAor, parseUri, uriScheme } from '../message/uri'

/** Largest request of our own, in bytes. RFC 3428 §8 wants less than 1300 where a hop is UDP. */
export const MAX_ORIGINATED_BYTES = 16_384
/** Longest Call-ID that a script may choose, in characters. */
export const MAX_CALL_ID = 255

/** Who is meant: `user@domain`, a SIP URI, or a SIP URI with a display name. */
export type Whom = string | Address

/** A request of our own; what is not given here is generated. */
export interface OwnRequest {
  readonly method: string
  /** The Request-URI: an address-of-record of ours, or a URI of one. Default: `to`. */
  readonly uri?: string
  /** To, default: `uri`. One of the two must be given. */
  readonly to?: Whom
  readonly from: Whom
  /** Further headers, in this order. A body without Content-Type is `text/plain`. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string
  readonly callId?: string
}

/** They need a dialog, a registration or a transaction of their own, and a proxy has none of them to offer. */
const REFUSED = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER']

/** What we write ourselves. */
const GENERATED = [
  'via',
  'max-forwards',
  'from',
  'to',
  'call-id',
  'cseq',
  'content-length',
  'route',
  'record-route',
  'path',
]

/**
 * RFC 3261 §8.1.1: a request of our own, ready for its first hop, which adds Via and Max-Forwards, and the
 * address-of-record that it goes to. Throws, saying what is wrong.
 */
export function originate(
  fields: OwnRequest,
  fresh: { readonly callId: string; readonly fromTag: string },
): { readonly request: Request; readonly aor: string } {
  const { method, from, body = '', callId = fresh.callId } = fields
  if (!isToken(method)) throw new Error(`not a method: ${JSON.stringify(method)}`)
  if (REFUSED.includes(method)) throw new Error(`a proxy can't send ${method} of its own`)
  if (callId.length > MAX_CALL_ID || !/^[!-~]+$/.test(callId))
    throw new Error(`a Call-ID is 1 to ${MAX_CALL_ID} visible ASCII characters`)
  const { uri, to } = destination(fields)
  const sipUri = parseUri(uri)
  if (sipUri?.user === undefined || sipUri.headers !== undefined)
    throw new Error(`not the address of a user: ${JSON.stringify(uri)}`)
  const headers = [
    headerLine('From', `${nameAddress(addressOf(from))};tag=${fresh.fromTag}`),
    headerLine('To', nameAddress(to)),
    headerLine('Call-ID', callId),
    headerLine('CSeq', `1 ${method}`),
    ...furtherHeaders(fields),
    headerLine('Content-Length', String(byteLength(body))),
  ]
  const request: Request = { kind: 'request', method, uri, headers, body, binary: false }
  const bytes = byteLength(serialize(request))
  if (bytes > MAX_ORIGINATED_BYTES)
    throw new Error(`the request has ${bytes} bytes, ${MAX_ORIGINATED_BYTES} are allowed`)
  return { request, aor: canonicalAor(sipUri) }
}

function checked(name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
    throw new Error(`${name}: a value has no line end and no control character`)
  return value
}

function destination({ uri, to }: OwnRequest): { readonly uri: string; readonly to: Address } {
  const first = uri ?? to
  if (first === undefined) throw new Error('send() needs a uri or a to')
  return { uri: addressOf(first).uri, to: addressOf(to ?? first) }
}

function addressOf(whom: Whom): Address {
  if (typeof whom !== 'string') return whom
  return { uri: uriScheme(whom) === undefined ? `sip:${whom}` : whom }
}

function furtherHeaders({ method, headers = [], body = '' }: OwnRequest): HeaderField[] {
  for (const [name] of headers) {
    const key = headerKey(name) ?? ''
    if (GENERATED.includes(key)) throw new Error(`${name} is generated`)
    // RFC 3428 §4.
    if (method === 'MESSAGE' && key === 'contact') throw new Error('a MESSAGE has no Contact')
  }
  const lines = headers.map(([name, value]) => headerLine(name, checked(name, value)))
  const isTyped = body === '' || lines.some(({ key }) => key === 'content-type')
  return isTyped ? lines : [...lines, headerLine('Content-Type', 'text/plain')]
}
