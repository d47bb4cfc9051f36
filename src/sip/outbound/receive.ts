import type { Mac } from '../auth/algorithm'
import { fromUntrusted } from '../identity/asserted'
import { parseCSeq } from '../message/c-seq'
import { header } from '../message/headers'
import type { Request, Response } from '../message/message'
import type { Frame } from '../message/octets'
import { parse } from '../message/parse'
import { makeResponse } from '../message/respond'
import { validateRequest, validateResponse } from '../message/validate'
import { branchOf, topVia } from '../message/via'
import { forwardDigest, renamedResponse } from '../proxy/in-dialog'
import { popVia } from '../proxy/upstream-response'
import { inviteKeyOfCancel, serverTransactionKey } from '../transaction/key'
import type { FlowAddress } from './flow-address'
import type { FlowState, ReceivedInvite } from './flow-state'
import { keepAliveIn } from './keep-alive'
import { peersOf } from './parties'
import { findReceived } from './received-invites'
import { parseBranchToken } from './tokens'

/** What a frame from a phone is. `callId` keeps the messages of one call in order. */
export type Incoming =
  | { readonly type: 'ignored'; readonly why: string }
  | { readonly type: 'ping' }
  | { readonly type: 'request'; readonly request: Request; readonly callId: string }
  /** A request that can't be processed, and its answer. */
  | { readonly type: 'refused'; readonly request: Request; readonly response: Response }
  | { readonly type: 'response'; readonly response: Response; readonly callId: string }

/** Reads a frame: RFC 7118 §5, RFC 3261 §16.3 step 1 and §18.1.2. `newTag`: a fresh To tag, asked for when one is needed. */
export function readFrame(frame: Frame, newTag: () => string): Incoming {
  const keepAlive = keepAliveIn(frame.text)
  if (keepAlive) return keepAlive === 'ping' ? { type: 'ping' } : { type: 'ignored', why: 'keep-alive' }
  const parsed = parse(frame.text, frame.binary)
  const message = parsed.message
  if (!message) return { type: 'ignored', why: parsed.ok ? '' : parsed.reason }
  if (message.kind === 'response') {
    const fault = parsed.ok ? validateResponse(message) : parsed.reason
    return fault === undefined
      ? { type: 'response', response: message, callId: header(message, 'call-id') ?? '' }
      : { type: 'ignored', why: fault }
  }
  const fault = parsed.ok ? validateRequest(message) : parsed.reason
  if (fault === undefined) return { type: 'request', request: message, callId: header(message, 'call-id') ?? '' }
  return refuse(message, parsed.ok ? 400 : parsed.status, fault, newTag)
}

/** An answer needs a Via to follow and what it must copy; an ACK is never answered (RFC 3261 §17.1). */
function refuse(request: Request, status: number, fault: string, newTag: () => string): Incoming {
  const answerable =
    request.method !== 'ACK' && ['via', 'from', 'to', 'call-id', 'cseq'].every((key) => has(request, key))
  if (!answerable) return { type: 'ignored', why: fault }
  const reason = status === 400 ? `Bad Request - ${fault}` : fault
  return { type: 'refused', request, response: makeResponse(request, status, { reason, toTag: newTag() }) }
}

function has(request: Request, key: string): boolean {
  return header(request, key) !== undefined
}

/** Which transaction a request belongs to. */
export type RequestRole =
  | { readonly type: 'new'; readonly key: string }
  | { readonly type: 'retransmission'; readonly key: string; readonly invite: ReceivedInvite }
  /** `invite` is absent when there is nothing to cancel: 481. */
  | { readonly type: 'cancel'; readonly invite?: ReceivedInvite }
  /** `invite`: of an ACK in the transaction of its INVITE, whose final response was no 2xx. */
  | { readonly type: 'ack'; readonly invite?: ReceivedInvite }

/** RFC 3261 §17.2.3. The socket is part of the key: branches of two phones may be the same (CLIENTS P24). */
export function roleOf(request: Request, state: FlowState): RequestRole {
  if (request.method === 'ACK') {
    const invite = findReceived(state, serverTransactionKey(request))
    return invite ? { type: 'ack', invite } : { type: 'ack' }
  }
  if (request.method === 'CANCEL') {
    const invite = findReceived(state, inviteKeyOfCancel(request))
    return invite ? { type: 'cancel', invite } : { type: 'cancel' }
  }
  const key = serverTransactionKey(request)
  const invite = findReceived(state, key)
  return invite ? { type: 'retransmission', key, invite } : { type: 'new', key }
}

/** Where a response goes: to the transaction it answers, or back along a request that was forwarded without state. */
export type ResponseRoute =
  | { readonly type: 'transaction'; readonly transaction: string; readonly branch: number }
  | { readonly type: 'flow'; readonly flow: FlowAddress; readonly response: Response }
  /** To the notifier of an address-of-record. */
  | { readonly type: 'notifier'; readonly aor: string; readonly subscription: string }
  /** The answer to a CANCEL of ours: it has the branch of the INVITE and says nothing about it (RFC 3261 §17.1.3). */
  | { readonly type: 'absorbed' }
  | { readonly type: 'unknown' }

/** RFC 3261 §16.7 step 1, RFC 6026 §7.3: a response that matches nothing of ours is dropped. */
export function routeResponse(response: Response, state: FlowState, mac: Mac): ResponseRoute {
  const via = topVia(response)
  const branch = via && branchOf(via)
  const token = branch === undefined ? undefined : parseBranchToken(branch, peersOf(state), mac)
  if (!token) return { type: 'unknown' }
  if (token.kind === 'transaction') {
    if (parseCSeq(header(response, 'cseq'))?.method === 'CANCEL') return { type: 'absorbed' }
    return { type: 'transaction', transaction: token.transaction, branch: token.branch }
  }
  if (token.kind === 'notification') return { type: 'notifier', aor: token.aor, subscription: token.subscription }
  const popped = popVia(response)
  if (!popped || forwardDigest(popped, mac) !== token.digest) return { type: 'unknown' }
  const answer = token.renamed ? renamedResponse(popped, token.renamed) : popped
  return { type: 'flow', flow: token.flow, response: fromUntrusted(answer) }
}
