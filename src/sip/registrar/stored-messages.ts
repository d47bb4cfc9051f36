import { deltaSeconds } from '../message/contact'
import { httpDate } from '../message/date'
import { header } from '../message/headers'
import type { Request } from '../message/message'
import { parseNameAddress } from '../message/name-address'
import { byteLength } from '../message/octets'
import { unquote } from '../message/parameters'
import type { OwnRequest } from '../uac/originate'

/** Messages that wait for one address-of-record. */
export const MAX_STORED_MESSAGES = 100
/** Largest body that is stored, in bytes. */
export const MAX_STORED_BYTES = 8_192
/** How long a message waits that says nothing about it, and at most. */
export const DEFAULT_MESSAGE_SECONDS = 7 * 86_400
export const MAX_MESSAGE_SECONDS = 30 * 86_400

/** A MESSAGE for somebody who has no phone now (RFC 3428 §7). Plain JSON, one row. */
export interface StoredMessage {
  readonly v: 1
  readonly from: { readonly uri: string; readonly display?: string }
  readonly contentType: string
  readonly subject?: string
  readonly body: string
  readonly callId: string
  readonly atMs: number
  readonly expiresAtMs: number
}

/** What is kept of a MESSAGE; `why` it can't be. `callId`: of the request that will be sent, always the same one. */
export function storeMessage(
  request: Request,
  callId: string,
  nowMs: number,
): StoredMessage | { readonly why: string } {
  const from = parseNameAddress(header(request, 'from') ?? '')
  if (!from) return { why: 'From can not be read' }
  if (request.binary) return { why: 'the body is no text' }
  if (byteLength(request.body) > MAX_STORED_BYTES) return { why: 'the body is too large' }
  const asked = deltaSeconds(header(request, 'expires') ?? '') ?? DEFAULT_MESSAGE_SECONDS
  const subject = header(request, 'subject')
  const display = from.display === undefined ? undefined : unquote(from.display)
  return {
    v: 1,
    from: { uri: from.uri, ...(display ? { display } : {}) },
    contentType: header(request, 'content-type') ?? 'text/plain',
    ...(subject === undefined ? {} : { subject }),
    body: request.body,
    callId,
    atMs: nowMs,
    expiresAtMs: nowMs + Math.min(asked, MAX_MESSAGE_SECONDS) * 1_000,
  }
}

/** The request that delivers it: from whom it came, with the time when it came. */
export function deliveryOf(message: StoredMessage, aor: string): OwnRequest {
  const { from, contentType, subject, body, callId, atMs } = message
  return {
    method: 'MESSAGE',
    uri: `sip:${aor}`,
    to: `sip:${aor}`,
    from,
    callId,
    headers: [
      ['Date', httpDate(atMs)],
      ...(subject === undefined ? [] : [['Subject', subject] as const]),
      ['Content-Type', contentType],
    ],
    body,
  }
}

/**
 * What a result means for the message: it has arrived, the phone does not want it, or it waits for the next registration.
 * Nobody reads a message better the second time, so only silence and absence are tried again.
 */
export function outcomeOf(status: number | undefined): 'delivered' | 'refused' | 'later' {
  if (status === undefined || status === 408 || status === 430 || status === 480 || status === 404) return 'later'
  if (status < 300) return 'delivered'
  return status >= 500 && status < 600 ? 'later' : 'refused'
}
