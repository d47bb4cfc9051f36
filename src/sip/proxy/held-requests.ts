import { header } from '../message/headers'
import type { Request } from '../message/message'
import type { DialogToken } from '../outbound/tokens'
import { inviteKeyOfCancel, serverTransactionKey } from '../transaction/key'
import type { DialogParty } from './in-dialog'

/** How long a request waits for an end that is between two sockets. Its sender gives up after Timer F, 32 s (RFC 3261 §17.1.2.2). */
export const HOLD_MS = 30_000
/** Requests that wait in one object; a further one is answered 480 at once. */
export const MAX_HELD = 200

/** A request inside a dialog, on its way to one end. */
export interface DialogRequest {
  readonly request: Request
  readonly token: DialogToken
  readonly to: 'caller' | 'callee'
}

/** One that waits for its end to come back on another socket. */
export interface HeldRequest extends DialogRequest {
  readonly party: DialogParty
  readonly untilMs: number
}

/** A CANCEL is worth nothing on another socket, where its INVITE is unknown (CLIENTS P9): it is answered at once. */
export function mayWait({ method }: Request, held: readonly HeldRequest[]): boolean {
  return method !== 'CANCEL' && held.length < MAX_HELD
}

/** What a later request of the same dialog must not overtake (RFC 3261 §12.2.2: the CSeq grows). */
export function aheadOf<T extends HeldRequest>(
  held: readonly T[],
  { request, token, to }: DialogRequest,
): T | undefined {
  const callId = header(request, 'call-id')
  return held.find(
    (each) => each.to === to && each.token.callee === token.callee && header(each.request, 'call-id') === callId,
  )
}

/** The INVITE that a CANCEL is about (RFC 3261 §9.2). */
export function cancelledBy<T extends HeldRequest>(held: readonly T[], cancel: Request): T | undefined {
  const key = inviteKeyOfCancel(cancel)
  return held.find(({ request }) => request.method === 'INVITE' && serverTransactionKey(request) === key)
}

export function isFor({ party }: HeldRequest, { aor, instance }: DialogParty): boolean {
  return party.aor === aor && party.instance === instance
}
