import type { Request, Response } from '../message/message'
import { callerDialog, dialogRequest, raised } from './dialog'

export interface HangUp {
  readonly ack: Request
  readonly bye: Request
}

/**
 * RFC 3261 §13.2.2.4, §15: what ends a call whose 2xx its caller can't have, both without a Via. `isOwn` knows our Record-Route:
 * from there on the way leads back to the caller. Undefined when the 2xx doesn't say where its sender is.
 */
export function hangUp(answer: Response, isOwn: (route: string) => boolean, reason: string): HangUp | undefined {
  const whole = callerDialog(answer)
  if (!whole) return undefined
  const dialog = { ...whole, routes: whole.routes.slice(whole.routes.findLastIndex(isOwn) + 1) }
  return {
    ack: dialogRequest(dialog, 'ACK'),
    bye: dialogRequest(raised(dialog), 'BYE', { headers: [['Reason', reason]] }),
  }
}
