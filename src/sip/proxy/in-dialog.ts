import type { Mac } from '../auth/algorithm'
import { towardCallee, towardCaller } from '../identity/caller'
import { header } from '../message/headers'
import type { Message, Request, Response } from '../message/message'
import { topViaText } from '../message/via'
import type { FlowAddress } from '../outbound/flow-address'
import {
  type DialogToken,
  flowPeer,
  formatBranchToken,
  instancePeer,
  type Peer,
  type Renamed,
} from '../outbound/tokens'
import { viaIdentity } from './asked'
import { forwardRequest, type Hop, viaFor } from './forward'
import type { ResponseContext } from './response-context'

/** Which end a request goes to, seen from the flow that sent it; undefined when that flow is not part of the dialog. */
export function otherEnd(token: DialogToken, from: FlowAddress): 'caller' | 'callee' | undefined {
  if (from === token.caller) return 'callee'
  return from === token.callee ? 'caller' : undefined
}

/**
 * RFC 3261 §16.11: a request inside a dialog is forwarded without state. The branch is a function of what identifies
 * the transaction, so that a retransmission and a CANCEL get the same one; it carries the flow to answer to.
 */
export function forwardInDialog(
  request: Request,
  hop: Omit<Hop, 'via'> & {
    readonly from: FlowAddress
    readonly to: FlowAddress
    readonly transport: 'WS' | 'WSS'
    readonly host: string
    readonly renamed?: Renamed
  },
  mac: Mac,
): Request {
  const { renamed, from, to, transport, host, ...edits } = hop
  const digest = forwardDigest(request, mac)
  const token = { kind: 'forwarded', flow: from, digest, ...(renamed ? { renamed } : {}) } as const
  const branch = formatBranchToken(token, flowPeer(to), mac)
  return forwardRequest(renamed ? renamedRequest(request, renamed) : request, {
    ...edits,
    via: viaFor(transport, host, branch),
  })
}

function renamedRequest(request: Request, { sender, replacement }: Renamed): Request {
  const toward = sender === 'caller' ? towardCallee : towardCaller
  return toward(request, replacement, sender)
}

/** The answer to it names the caller as its sender does. */
export function renamedResponse(response: Response, { sender, replacement }: Renamed): Response {
  const toward = sender === 'caller' ? towardCaller : towardCallee
  return toward(response, replacement, sender)
}

/** Who sends a request to this end of a dialog whose caller has another name at the callee. */
export function renamedBy({ replacement }: DialogToken, to: 'caller' | 'callee'): Renamed | undefined {
  return replacement && { sender: to === 'callee' ? 'caller' : 'callee', replacement }
}

/**
 * What the branch of a forwarded request is made of, read from the request or from its response without our Via: they
 * agree, or the response answers something else. The CSeq number, not the method: a CANCEL shares its INVITE's branch.
 */
export function forwardDigest(message: Message, mac: Mac): string {
  const via = viaIdentity(topViaText(message) ?? '')
  const facts = [via, header(message, 'call-id'), header(message, 'cseq')?.split(/\s/)[0]]
  return mac(`forwarded|${JSON.stringify(facts)}`).slice(0, 12)
}

/** Who the two ends of a dialog are, beyond their sockets. */
export interface DialogEnds {
  readonly caller?: DialogParty
  readonly callee?: DialogParty
}

export interface DialogParty {
  readonly aor: string
  readonly instance: string
}

/** The end that a request goes to, told by the instances of the flow that sent it. */
export function otherEndOf(ends: DialogEnds, peers: readonly Peer[]): 'caller' | 'callee' | undefined {
  const is = (party: DialogParty | undefined) => party && peers.includes(instancePeer(party.aor, party.instance))
  if (is(ends.caller)) return 'callee'
  return is(ends.callee) ? 'caller' : undefined
}

/** The ends of the dialog with the phone on one flow; one without instance can't come back on another socket. */
export function endsOf(context: ResponseContext, calleeFlow: FlowAddress): DialogEnds {
  const branch = context.branches.find((b) => b.target.flow === calleeFlow)
  const { aor, instance } = branch?.target.binding ?? {}
  const callee = aor !== undefined && instance !== undefined ? { callee: { aor, instance } } : {}
  return { ...(context.caller ? { caller: context.caller } : {}), ...callee }
}
