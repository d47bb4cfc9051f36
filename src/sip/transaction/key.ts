import { parseCSeq } from '../message/c-seq'
import { header } from '../message/headers'
import type { Message, Request, Response } from '../message/message'
import { tagOf } from '../message/name-address'
import { branchOf, MAGIC_COOKIE, sentBy, topVia, type Via } from '../message/via'

/**
 * Keys that messages of one transaction share. They are unique among the peers of one connection, not among all:
 * Interop: JsSIP and SIP.js draw branches from ten million, so whoever serves several connections adds which one.
 * Messages must be validated: a missing Via or CSeq throws.
 */

/** RFC 3261 §17.2.3: the server transaction a request belongs to. An ACK belongs to its INVITE, a CANCEL to itself. */
export function serverTransactionKey(request: Request): string {
  return serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method)
}

/** RFC 3261 §9.2: the server transaction of the INVITE that a CANCEL is about. */
export function inviteKeyOfCancel(request: Request): string {
  return serverKey(request, 'INVITE')
}

/** RFC 3261 §17.1.3: the client transaction a response belongs to, or that a request with our Via on top makes. */
export function clientTransactionKey(message: Message): string {
  return `${cSeqOf(message).method} ${branchOf(viaOf(message)) ?? ''}`
}

/**
 * The server transaction that a response answers; undefined when its request had no unique branch (RFC 2543), since a
 * response does not hold all that identifies such a request.
 */
export function answeredTransactionKey(response: Response): string | undefined {
  const via = viaOf(response)
  const branch = branchOf(via)
  return isUnique(branch) ? `${cSeqOf(response).method} ${sentBy(via)} ${branch}` : undefined
}

function serverKey(request: Request, method: string): string {
  const via = viaOf(request)
  const branch = branchOf(via)
  return `${method} ${sentBy(via)} ${isUnique(branch) ? branch : fullFields(request, method, branch)}`
}

/** A branch that is nothing but the cookie identifies nothing (RFC 4475 §3.2.1). */
function isUnique(branch: string | undefined): boolean {
  return branch?.startsWith(MAGIC_COOKIE) === true && branch.length > MAGIC_COOKIE.length
}

/**
 * RFC 3261 §17.2.3, requests of RFC 2543. The To tag is no part of it for INVITE, since the ACK has the tag of the
 * response and the INVITE has none.
 */
function fullFields(request: Request, method: string, branch: string | undefined): string {
  const toTag = method === 'INVITE' ? undefined : tagOf(header(request, 'to'))
  const fields = [request.uri, tagOf(header(request, 'from')), header(request, 'call-id'), cSeqOf(request).number]
  return JSON.stringify([...fields, branch, toTag].map((field) => field ?? ''))
}

function viaOf(message: Message): Via {
  const via = topVia(message)
  if (!via) throw new Error('a message without a Via has no transaction')
  return via
}

function cSeqOf(message: Message): { number: number; method: string } {
  const cSeq = parseCSeq(header(message, 'cseq'))
  if (!cSeq) throw new Error('a message without a CSeq has no transaction')
  return cSeq
}
