import { randomToken } from '../../platform/random'
import { header } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { uriOf } from '../../sip/message/name-address'
import { makeResponse } from '../../sip/message/respond'
import { PATIENCE_MS, T1_MS, T2_MS } from '../../sip/transaction/timers'
import { calleeDialog, type Dialog, dialogRequest, raised } from '../../sip/uac/dialog'
import { Failure } from '../failure'
import { type CallEnd, type Line, SipFailure } from './line'
import { answerTo, offer } from './session-description'

/** How a call ended for its callee. */
export type Ending = 'caller hung up' | 'caller gave up' | 'connection lost'

/** A call that has come in: it rings, and may be answered. */
export class IncomingCall implements CallEnd {
  /** Settles when the other side has ended it, or the connection has. */
  readonly ended: Promise<Ending>
  private readonly line: Line
  private readonly invite: Request
  private readonly tag = randomToken()
  private readonly onFinal: () => void
  private dialog: Dialog | undefined
  private acknowledged: (() => void) | undefined
  private end: (how: Ending) => void = () => {}
  private isFinal = false

  /** `onFinal`: from now on a CANCEL comes too late. */
  constructor(line: Line, invite: Request, onFinal: () => void) {
    this.line = line
    this.invite = invite
    this.onFinal = onFinal
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
  }

  /** Who calls: the URI in From. */
  get from(): string {
    return uriOf(header(this.invite, 'from')) ?? 'somebody'
  }

  ring(): void {
    this.line.respond(this.invite, 180, { toTag: this.tag, headers: this.line.ownHeaders() })
  }

  /** Settles when the caller has acknowledged. RFC 3261 §13.3.1.4: the 2xx is repeated until then, whatever the transport. */
  async answer(): Promise<void> {
    if (this.isFinal) throw new Failure('The call was given up before it was answered.')
    this.dialog = calleeDialog(this.invite, this.tag)
    if (!this.dialog) {
      this.refuse(400)
      throw new Failure('The INVITE has no Contact: its caller can be told nothing.')
    }
    this.final()
    this.line.join(header(this.invite, 'call-id') ?? '', this.tag, this)
    const ok = makeResponse(this.invite, 200, {
      toTag: this.tag,
      headers: [...this.recordRoutes(), ...this.line.ownHeaders(), ['Content-Type', 'application/sdp']],
      // RFC 3261 §13.2.1: who offers nothing is made an offer.
      body: this.invite.body === '' ? offer() : answerTo(this.invite.body),
    })
    await new Promise<void>((resolve, reject) => {
      let timer: NodeJS.Timeout
      const send = (afterMs: number, leftMs: number) => {
        if (leftMs <= 0) return reject(new Failure('The answer was never acknowledged (no ACK).'))
        this.line.send(ok)
        timer = setTimeout(() => send(Math.min(2 * afterMs, T2_MS), leftMs - afterMs), afterMs)
      }
      this.acknowledged = () => {
        clearTimeout(timer)
        resolve()
      }
      send(T1_MS, PATIENCE_MS)
      // Whoever hangs up at once has said enough.
      void this.ended.then(this.acknowledged)
    })
  }

  refuse(status: number): void {
    this.final()
    this.line.respond(this.invite, status, { toTag: this.tag })
  }

  async hangUp(): Promise<void> {
    if (!this.dialog) return
    this.dialog = raised(this.dialog)
    const response = await this.line.transactions.ask(dialogRequest(this.dialog, 'BYE'))
    this.line.leave(this.dialog.callId, this.tag)
    if (!response || response.status >= 300) throw new SipFailure('BYE', response)
  }

  cancelled(): void {
    if (this.isFinal) return
    this.refuse(487)
    this.end('caller gave up')
  }

  onRequest(request: Request): void {
    const { method } = request
    if (method === 'ACK') return this.acknowledged?.()
    if (method === 'INVITE' || method === 'UPDATE') return this.line.respond(request, 488)
    this.line.respond(request, 200)
    if (method !== 'BYE') return
    this.line.leave(header(this.invite, 'call-id') ?? '', this.tag)
    this.end('caller hung up')
  }

  onConnectionLost(): void {
    this.end('connection lost')
  }

  private final(): void {
    this.isFinal = true
    this.onFinal()
  }

  /** RFC 3261 §12.1.1: what the proxies have recorded goes back as it came. */
  private recordRoutes(): ReadonlyArray<readonly [string, string]> {
    return this.dialog?.routes.map((route) => ['Record-Route', route] as const) ?? []
  }
}
