import { parseCSeq } from '../message/c-seq'
import { deltaSeconds, parseContact } from '../message/contact'
import { hasHeader, header, headerTokens, headerValues } from '../message/headers'
import type { Request } from '../message/message'
import { tagOf } from '../message/name-address'
import { type Parameter, parameter, parseParameters } from '../message/parameters'
import { type Objection, objectToRequire } from '../proxy/validation'
import { DIALOG_INFO } from './dialog-info'

/** The one event package that we are the notifier of (RFC 4235 §3.1). */
export const EVENT_PACKAGE = 'dialog'
/** Shortest subscription; less is answered 423 (RFC 6665 §4.2.1.1). */
export const MIN_SUBSCRIPTION_SECONDS = 60
/** Longest subscription, and what a SUBSCRIBE without Expires gets (RFC 4235 §3.4). */
export const MAX_SUBSCRIPTION_SECONDS = 3_600

/** What a SUBSCRIBE asks for. */
export interface Asked {
  /** Of the Event header: a subscriber may have several in one dialog. */
  readonly eventId?: string
  /** As granted; 0 ends the subscription, or asks once. */
  readonly expiresSeconds: number
  /** Where NOTIFYs go. */
  readonly contact: string
  /** Our route set: Record-Route as it came (RFC 3261 §12.1.1). */
  readonly routes: readonly string[]
  readonly callId: string
  readonly cSeq: number
  readonly from: string
  readonly fromTag: string
  readonly to: string
  readonly toTag?: string
}

/** The event package that a request names; undefined without one. */
export function eventPackage(request: Request): string | undefined {
  return readEvent(request)?.name
}

/** RFC 6665 §4.2.1.1: what is wrong with a SUBSCRIBE to dialog state. */
export function objectToSubscribe(request: Request): Objection | undefined {
  const required = objectToRequire(request)
  if (required) return required
  if (eventPackage(request) !== EVENT_PACKAGE) return { status: 489, headers: [['Allow-Events', EVENT_PACKAGE]] }
  if (!acceptsDialogInfo(request)) return { status: 406, headers: [['Accept', DIALOG_INFO]] }
  if (contactOf(request) === undefined) return { status: 400, reason: 'Bad Request - One Contact Is Needed' }
  const expires = askedSeconds(request)
  if (expires === undefined) return { status: 400, reason: 'Bad Request - Malformed Expires' }
  if (expires > 0 && expires < MIN_SUBSCRIPTION_SECONDS)
    return { status: 423, headers: [['Min-Expires', String(MIN_SUBSCRIPTION_SECONDS)]] }
  return undefined
}

/** Reads a SUBSCRIBE that nothing is wrong with. */
export function readSubscribe(request: Request): Asked {
  const from = header(request, 'from') ?? ''
  const to = header(request, 'to') ?? ''
  const toTag = tagOf(to)
  const eventId = parameter(readEvent(request)?.parameters ?? [], 'id')
  return {
    ...(eventId === undefined ? {} : { eventId }),
    expiresSeconds: Math.min(askedSeconds(request) ?? 0, MAX_SUBSCRIPTION_SECONDS),
    contact: contactOf(request) ?? '',
    routes: headerValues(request, 'record-route'),
    callId: header(request, 'call-id') ?? '',
    cSeq: parseCSeq(header(request, 'cseq'))?.number ?? 0,
    from,
    fromTag: tagOf(from) ?? '',
    to,
    ...(toTag === undefined ? {} : { toTag }),
  }
}

function readEvent(request: Request): { name: string; parameters: readonly Parameter[] } | undefined {
  const value = header(request, 'event')
  if (value === undefined) return undefined
  const semicolon = value.indexOf(';')
  const name = (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase()
  return { name, parameters: semicolon < 0 ? [] : (parseParameters(value.slice(semicolon)) ?? []) }
}

/** RFC 4235 §3.5: without Accept it is dialog-info. */
function acceptsDialogInfo(request: Request): boolean {
  if (!hasHeader(request, 'accept')) return true
  const types = headerTokens(request, 'accept').map((value) => value.split(';')[0]?.trim())
  return types.some((type) => type === DIALOG_INFO || type === 'application/*' || type === '*/*')
}

function askedSeconds(request: Request): number | undefined {
  const value = header(request, 'expires')
  return value === undefined ? MAX_SUBSCRIPTION_SECONDS : deltaSeconds(value)
}

function contactOf(request: Request): string | undefined {
  const [only, ...more] = headerValues(request, 'contact')
  return only === undefined || more.length > 0 ? undefined : parseContact(only)?.uri
}
