import { httpDate } from '../message/date'
import { headerLines } from '../message/headers'
import type { Request, Response } from '../message/message'
import { makeResponse } from '../message/respond'

/** A binding as the 200 lists it. */
export interface ListedContact {
  readonly contact: string
  readonly expiresAtMs: number
  readonly grantedSeconds: number
  readonly detached?: true
}

/**
 * RFC 3261 §10.3 step 8: every current binding with its remaining time. A connected binding whose copy here ran out
 * was refreshed at its own flow: it is listed with the time it is granted each time.
 */
export function registeredResponse(
  request: Request,
  contacts: readonly ListedContact[],
  options: { readonly toTag: string; readonly nowMs: number; readonly outbound: boolean },
): Response {
  const headers: [string, string][] = contacts
    .filter((c) => !c.detached || c.expiresAtMs > options.nowMs)
    .map((c) => ['Contact', `${c.contact};expires=${remaining(c, options.nowMs)}`])
  for (const path of headerLines(request, 'path')) headers.push(['Path', path])
  headers.push(['Supported', 'path, outbound'])
  // RFC 5626 §6: tells the phone that its instance and reg-id were understood.
  if (options.outbound) headers.push(['Require', 'outbound'])
  headers.push(['Date', httpDate(options.nowMs)])
  return makeResponse(request, 200, { toTag: options.toTag, headers })
}

function remaining(contact: ListedContact, nowMs: number): number {
  const seconds = Math.ceil((contact.expiresAtMs - nowMs) / 1_000)
  return seconds > 0 ? Math.min(seconds, contact.grantedSeconds) : contact.grantedSeconds
}
