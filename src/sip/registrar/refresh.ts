import { parseCSeq } from '../message/c-seq'
import { type Contact, deltaSeconds, parseContact } from '../message/contact'
import { hasHeader, header, headerTokens, headerValues } from '../message/headers'
import type { Request } from '../message/message'
import type { FlowRegistration, FlowState } from '../outbound/flow-state'
import { LEASE_MS } from './binding'
import { DEFAULT_EXPIRES_SECONDS, MIN_EXPIRES_SECONDS } from './register'
import type { ListedContact } from './response'

export interface Refresh {
  readonly registration: FlowRegistration
  readonly contacts: readonly ListedContact[]
  readonly outbound: boolean
}

/**
 * A refresh that changes nothing but the time is answered by the flow itself: no look-up, no row. Undefined when the
 * location must decide: another contact, a removal, the daily lease, or anything unusual.
 */
export function refresh(
  state: FlowState,
  aor: string,
  request: Request,
  longestExpires: number,
  nowMs: number,
): Refresh | undefined {
  const contact = onlyContact(request)
  const current = contact && state.registrations.find((r) => r.aor === aor && r.uri === contact.uri)
  const seconds = contact && askedSeconds(contact, request)
  if (!contact || !current?.others || seconds === undefined || seconds < MIN_EXPIRES_SECONDS) return undefined
  if (contact.text !== current.contact || contact.instance !== current.instance) return undefined
  if (current.expiresAtMs <= nowMs || nowMs - current.toldAtMs >= LEASE_MS || hasHeader(request, 'path'))
    return undefined

  const callId = header(request, 'call-id') ?? ''
  const cSeq = parseCSeq(header(request, 'cseq'))?.number ?? 0
  if (callId === current.callId && cSeq <= current.cSeq) return undefined
  const grantedSeconds = Math.min(seconds, longestExpires)
  const registration = { ...current, callId, cSeq, expiresAtMs: nowMs + grantedSeconds * 1_000 }
  const own = { contact: current.contact, expiresAtMs: registration.expiresAtMs, grantedSeconds }
  return { registration, contacts: [own, ...current.others], outbound: current.outbound && asksOutbound(request) }
}

function onlyContact(request: Request): Contact | undefined {
  const [text, ...more] = headerValues(request, 'contact')
  return text === undefined || more.length > 0 ? undefined : parseContact(text)
}

function askedSeconds(contact: Contact, request: Request): number | undefined {
  if (contact.expiresSeconds !== undefined) return contact.expiresSeconds
  const text = header(request, 'expires')
  return text === undefined ? DEFAULT_EXPIRES_SECONDS : deltaSeconds(text)
}

function asksOutbound(request: Request): boolean {
  return headerTokens(request, 'supported').includes('outbound')
}
