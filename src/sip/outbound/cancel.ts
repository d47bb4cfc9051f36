import { headerLines } from '../message/headers'
import type { Request, Response } from '../message/message'
import { makeResponse } from '../message/respond'
import type { ReceivedInvite } from './flow-state'

/** What a CANCEL causes. */
export interface CancelPlan {
  /** It goes the way of a request inside a dialog, of which there is no state here; only if that fails it is answered. */
  readonly forward: boolean
  readonly answer: Response
  /** The transaction that ends. */
  readonly transaction?: string
  /** RFC 3326: why the caller gave up, to be passed on. */
  readonly reason?: string
}

/**
 * RFC 3261 §9.2, §16.10: answered hop by hop, at once, 200 or 481; whether the INVITE ends is another matter. After its
 * final response nothing does.
 */
export function planCancel(
  request: Request,
  invite: ReceivedInvite | undefined,
  hasRoute: boolean,
  toTag: string,
): CancelPlan {
  const reason = headerLines(request, 'reason')[0]
  const ends = invite?.transaction !== undefined && invite.finalAtMs === undefined
  return {
    forward: invite?.transaction === undefined && hasRoute,
    answer: makeResponse(request, invite ? 200 : 481, { toTag }),
    ...(ends ? { transaction: invite.transaction } : {}),
    ...(reason === undefined ? {} : { reason }),
  }
}
