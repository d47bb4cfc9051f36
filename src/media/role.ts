import { parseCSeq } from '../sip/message/c-seq'
import { hasHeader, header } from '../sip/message/headers'
import type { Message } from '../sip/message/message'
import { tagOf } from '../sip/message/name-address'

/** What a session description is (RFC 3264); `none`: nobody's media follow from it. */
export type Role = 'offer' | 'answer' | 'none'

/** What of a message decides about the role of its session description. */
export interface DescribedMessage {
  readonly kind: 'request' | 'response'
  /** Of the transaction: CSeq. */
  readonly method: string
  readonly cSeq: number
  /** Tag of who sent the request of the transaction. */
  readonly fromTag: string
  readonly toTag?: string
  /** Absent in a request. */
  readonly status?: number
  /** CSeq number of the INVITE that a PRACK is about (RFC 3262 §7.2). */
  readonly acknowledges?: number
  readonly hasDescription: boolean
}

/** A transaction in which descriptions were, or may be, exchanged. */
export interface Exchange {
  readonly method: string
  readonly cSeq: number
  readonly fromTag: string
  /** Whether the request made the offer; otherwise its responses do. */
  readonly isOffered: boolean
  /** To tags whose offer a PRACK has answered, and its CSeq number. */
  readonly answered: ReadonlyArray<{ readonly toTag: string; readonly cSeq: number }>
}

/** The exchanges of the dialogs of one call, the newest last. Plain JSON. */
export type Exchanges = readonly Exchange[]

export const NO_EXCHANGES: Exchanges = []

/** Older ones are over: an INVITE has its ACK, and others their response, before that many begin. */
export const MAX_EXCHANGES = 8

const BEGINS = ['INVITE', 'UPDATE', 'PRACK']

/**
 * The role of a message's description (RFC 3261 §13.2.1, RFC 3262 §5, RFC 3311 §5). Repeated messages get the same role again.
 * What is not known, after a restart, is taken for what it nearly always is: requests offer, responses and ACKs answer.
 */
export function stepRole(exchanges: Exchanges, message: DescribedMessage): { state: Exchanges; role: Role } {
  if (message.method === 'ACK') return acknowledged(exchanges, message)
  if (!BEGINS.includes(message.method)) return { state: exchanges, role: 'none' }
  if (message.kind === 'response') return responded(exchanges, message)
  if (message.method === 'PRACK' && message.hasDescription) return provisionallyAcknowledged(exchanges, message)
  if (message.method !== 'INVITE' && !message.hasDescription) return { state: exchanges, role: 'none' }
  return begun(exchanges, message)
}

function begun(exchanges: Exchanges, { method, cSeq, fromTag, hasDescription }: DescribedMessage) {
  const others = exchanges.filter((e) => !(e.method === method && e.cSeq === cSeq && e.fromTag === fromTag))
  const exchange: Exchange = { method, cSeq, fromTag, isOffered: hasDescription, answered: [] }
  return {
    state: [...others, exchange].slice(-MAX_EXCHANGES),
    role: hasDescription ? ('offer' as const) : ('none' as const),
  }
}

function responded(state: Exchanges, message: DescribedMessage): { state: Exchanges; role: Role } {
  // RFC 3261 §14.1: a refusal changes nothing; its description tells what could be done.
  if (!message.hasDescription || (message.status ?? 0) >= 300) return { state, role: 'none' }
  const exchange = find(state, message.method, message.cSeq, message.fromTag)
  return { state, role: exchange?.isOffered === false ? 'offer' : 'answer' }
}

/** The ACK of an INVITE without description answers what its 2xx offered. */
function acknowledged(state: Exchanges, message: DescribedMessage): { state: Exchanges; role: Role } {
  const exchange = find(state, 'INVITE', message.cSeq, message.fromTag)
  return { state, role: message.hasDescription && exchange?.isOffered !== true ? 'answer' : 'none' }
}

/** RFC 3262 §5: a PRACK answers the offer of its provisional response once; otherwise it offers anew. */
function provisionallyAcknowledged(state: Exchanges, message: DescribedMessage): { state: Exchanges; role: Role } {
  const { acknowledges = -1, fromTag, toTag = '', cSeq } = message
  const invite = find(state, 'INVITE', acknowledges, fromTag)
  if (!invite || invite.isOffered) return begun(state, message)
  const known = invite.answered.find((answer) => answer.toTag === toTag)
  if (known) return known.cSeq === cSeq ? { state, role: 'answer' } : begun(state, message)
  const answered = { ...invite, answered: [...invite.answered, { toTag, cSeq }] }
  return { state: state.map((e) => (e === invite ? answered : e)), role: 'answer' }
}

function find(exchanges: Exchanges, method: string, cSeq: number, fromTag: string): Exchange | undefined {
  return exchanges.find((e) => e.method === method && e.cSeq === cSeq && e.fromTag === fromTag)
}

export function describedMessage(message: Message): DescribedMessage {
  const cSeq = parseCSeq(header(message, 'cseq'))
  const toTag = tagOf(header(message, 'to'))
  const acknowledges = Number(/^\s*\d+\s+(\d+)/.exec(header(message, 'rack') ?? '')?.[1] ?? Number.NaN)
  return {
    kind: message.kind,
    method: cSeq?.method ?? '',
    cSeq: cSeq?.number ?? 0,
    fromTag: tagOf(header(message, 'from')) ?? '',
    ...(toTag === undefined ? {} : { toTag }),
    ...(message.kind === 'response' ? { status: message.status } : {}),
    ...(Number.isNaN(acknowledges) ? {} : { acknowledges }),
    hasDescription: hasDescription(message),
  }
}

/** RFC 3261 §7.4.1: a body without a type of its own can't be read. */
export function hasDescription(message: Message): boolean {
  if (message.body === '' || hasHeader(message, 'content-encoding')) return false
  return /^\s*application\/sdp\s*(?:;|$)/i.test(header(message, 'content-type') ?? '')
}
