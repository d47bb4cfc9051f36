import { header } from '../message/headers'
import type { Request, Response } from '../message/message'
import { tagOf, uriOf } from '../message/name-address'
import type { Destination } from '../transport/destination'

/** What a call was, from INVITE to BYE. Call records are made of it. Times are epoch milliseconds. */
export interface DialogRecord {
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly requestUri: string
  readonly fromTag: string
  readonly toTag?: string
  /** The address-of-record that the caller has proved, or the carrier that he comes from. */
  readonly caller?: string
  /** The address-of-record whose phone has answered. */
  readonly callee?: string
  /** The destination of a dispatcher set that has answered, its trunk, and what the carrier route says that it costs. */
  readonly carrier?: Destination & { readonly cost?: number }
  readonly setupAtMs: number
  readonly ringingAtMs?: number
  readonly answeredAtMs?: number
  readonly endedAtMs?: number
  /** From the answer to the end. */
  readonly durationMs?: number
  /** The final status of the INVITE. */
  readonly status?: number
  readonly result?: DialogResult
  /** Who sent the BYE. */
  readonly endedBy?: 'caller' | 'callee'
  /** The BYE came within a second of the answer: whoever sent it would not have what was agreed on, the media most of all. */
  readonly earlyBye?: true
}

export type DialogResult = 'answered' | 'cancelled' | 'refused' | 'unanswered' | 'expired'

/** An answer that nobody wanted is hung up within this time. Its ACK, which may be missing, is not seen here. */
export const EARLY_BYE_MS = 1_000
/** A dialog whose BYE never came ends after this long. */
export const MAX_DIALOG_MS = 12 * 3_600_000

/** RFC 3261 §12.2.2: a request with a To tag is inside a dialog. */
export function beginsCall(request: Request): boolean {
  return request.method === 'INVITE' && tagOf(header(request, 'to')) === undefined
}

export function openRecord(request: Request, nowMs: number, caller?: string): DialogRecord {
  return {
    callId: header(request, 'call-id') ?? '',
    from: uriOf(header(request, 'from')) ?? '',
    to: uriOf(header(request, 'to')) ?? '',
    requestUri: request.uri,
    fromTag: tagOf(header(request, 'from')) ?? '',
    ...(caller === undefined ? {} : { caller }),
    setupAtMs: nowMs,
  }
}

export function recordRinging(record: DialogRecord, nowMs: number): DialogRecord {
  return record.ringingAtMs === undefined ? { ...record, ringingAtMs: nowMs } : record
}

/** Only the first answer counts: the caller ends a second one at once (RFC 3261 §13.2.2.4). */
export function recordAnswer(
  record: DialogRecord,
  response: Response,
  nowMs: number,
  by: Pick<DialogRecord, 'callee' | 'carrier'> = {},
): DialogRecord {
  if (record.answeredAtMs !== undefined) return record
  const toTag = tagOf(header(response, 'to'))
  return { ...record, ...by, answeredAtMs: nowMs, status: response.status, ...(toTag === undefined ? {} : { toTag }) }
}

/** The INVITE failed. */
export function recordFailure(record: DialogRecord, status: number, cancelled: boolean, nowMs: number): DialogRecord {
  const result = cancelled ? 'cancelled' : status === 408 || status === 480 ? 'unanswered' : 'refused'
  return { ...record, status, result, endedAtMs: nowMs }
}

/** A BYE of this very dialog: the tags must be its own, since a forked call may have several. */
export function recordBye(record: DialogRecord, bye: Bye, nowMs: number): DialogRecord | undefined {
  const byCaller = bye.fromTag === record.fromTag && bye.toTag === record.toTag
  const byCallee = bye.fromTag === record.toTag && bye.toTag === record.fromTag
  if (bye.callId !== record.callId || (!byCaller && !byCallee) || record.endedAtMs !== undefined) return undefined
  const ended = recordEnd({ ...record, endedBy: byCaller ? 'caller' : 'callee' }, 'answered', nowMs)
  return ended.durationMs !== undefined && ended.durationMs < EARLY_BYE_MS ? { ...ended, earlyBye: true } : ended
}

/** An answered call is over. */
export function recordEnd(record: DialogRecord, result: DialogResult, nowMs: number): DialogRecord {
  const { answeredAtMs } = record
  return {
    ...record,
    result,
    endedAtMs: nowMs,
    ...(answeredAtMs === undefined ? {} : { durationMs: nowMs - answeredAtMs }),
  }
}

/** An answered call over a carrier. Times are epoch milliseconds. */
export interface PricedCall {
  readonly answeredAtMs: number
  /** Absent: it is going on. */
  readonly endedAtMs?: number
  /** Of a minute, in the unit of the carrier routes. */
  readonly cost: number
}

/** Undefined before the answer, and where no carrier route says what it costs. */
export function pricedCall({ answeredAtMs, endedAtMs, carrier }: DialogRecord): PricedCall | undefined {
  const cost = carrier?.cost
  if (answeredAtMs === undefined || cost === undefined) return undefined
  return { answeredAtMs, cost, ...(endedAtMs === undefined ? {} : { endedAtMs }) }
}

/** What identifies the dialog that a BYE ends. */
export interface Bye {
  readonly callId: string
  readonly fromTag: string
  readonly toTag: string
}

export function byeOf(request: Request): Bye {
  return {
    callId: header(request, 'call-id') ?? '',
    fromTag: tagOf(header(request, 'from')) ?? '',
    toTag: tagOf(header(request, 'to')) ?? '',
  }
}
