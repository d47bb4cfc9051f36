import type { Mac } from '../auth/algorithm'
import { header } from '../message/headers'
import type { Request } from '../message/message'
import { topViaText } from '../message/via'
import type { FlowAddress } from '../outbound/flow-address'
import { type DialogToken, flowPeer, formatBranchToken, instancePeer, type Peer } from '../outbound/tokens'
import { forwardRequest, viaFor } from './forward'
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
  hop: {
    readonly from: FlowAddress
    readonly to: FlowAddress
    readonly transport: 'WS' | 'WSS'
    readonly host: string
  },
  mac: Mac,
): Request {
  // The CSeq number, not the method: a CANCEL shares its INVITE's branch.
  const facts = [topViaText(request), header(request, 'call-id'), header(request, 'cseq')?.split(/\s/)[0]]
  const digest = mac(`forwarded|${JSON.stringify(facts)}`).slice(0, 12)
  const branch = formatBranchToken({ kind: 'forwarded', flow: hop.from, digest }, flowPeer(hop.to), mac)
  return forwardRequest(request, { via: viaFor(hop.transport, hop.host, branch) })
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

/** Which end speaks, told by the instances of its flow; answers the other one. */
export function endOf(ends: DialogEnds, peers: readonly Peer[]): 'caller' | 'callee' | undefined {
  const is = (party: DialogParty | undefined) => party && peers.includes(instancePeer(party.aor, party.instance))
  if (is(ends.caller)) return 'callee'
  return is(ends.callee) ? 'caller' : undefined
}

/** The ends of a relayed dialog; a callee without instance can't come back on another socket. */
export function endsOf(context: ResponseContext): DialogEnds {
  const answered = context.branches.find((b) => b.final && b.final.status < 300) ?? context.branches[0]
  const { aor, instance } = answered?.target.binding ?? {}
  const callee = aor !== undefined && instance !== undefined ? { callee: { aor, instance } } : {}
  return { ...(context.caller ? { caller: context.caller } : {}), ...callee }
}
