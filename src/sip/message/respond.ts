import { headerLine } from './edit'
import { isToken } from './header-names'
import { header } from './headers'
import type { HeaderField, Request, Response } from './message'
import { tagOf } from './name-address'
import { asBytes, byteLength } from './octets'
import { reasonPhrase } from './reason-phrase'

export interface ResponseOptions {
  readonly reason?: string
  /** To tag, added when the request has none and the status is not 100 (RFC 3261 §8.2.6.2). */
  readonly toTag?: string
  /** Further headers, in order. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string
}

const COPIED_ONCE = new Set(['from', 'to', 'call-id', 'cseq'])

/**
 * RFC 3261 §8.2.6: Via, From, To, Call-ID and CSeq are copied line for line. Of a single-value field that a bad request
 * repeats, the first is copied. Throws on CR or LF in the reason or a value, and on a tag that is no token.
 */
export function makeResponse(request: Request, status: number, options: ResponseOptions = {}): Response {
  const reason = options.reason ?? reasonPhrase(status)
  if (/[\r\n]/.test(reason)) throw new Error('CR or LF in a reason phrase')
  // RFC 3261 §8.2.6.1: a 100 repeats the Timestamp and needs no tag.
  const headers = status === 100 ? copied(request, undefined, 'timestamp') : copied(request, options.toTag)
  // A binary request makes a binary response, in which our own text must be bytes too.
  const own = request.binary ? asBytes : (text: string) => text
  for (const [name, value] of options.headers ?? []) headers.push(headerLine(name, own(value)))
  const body = options.body ?? ''
  headers.push(headerLine('Content-Length', String(byteLength(body))))
  return { kind: 'response', status, reason: own(reason), headers, body: own(body), binary: request.binary }
}

function copied(request: Request, toTag: string | undefined, also?: string): HeaderField[] {
  const headers: HeaderField[] = []
  const seen = new Set<string>()
  for (const field of request.headers) {
    if (field.key === 'via' || field.key === also) headers.push(field)
    if (!COPIED_ONCE.has(field.key) || seen.has(field.key)) continue
    seen.add(field.key)
    headers.push(field.key === 'to' ? withTag(field, request, toTag) : field)
  }
  return headers
}

function withTag(field: HeaderField, request: Request, tag: string | undefined): HeaderField {
  const to = header(request, 'to')
  if (tag === undefined || to === undefined || tagOf(to) !== undefined) return field
  if (!isToken(tag)) throw new Error(`not a tag: ${JSON.stringify(tag)}`)
  return { ...field, raw: `${field.raw};tag=${tag}` }
}
