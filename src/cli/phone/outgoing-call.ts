import { header } from '../../sip/message/headers'
import { makeRequest } from '../../sip/message/make-request'
import type { Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { callerDialog, type Dialog, dialogRequest, raised } from '../../sip/uac/dialog'
import { hangUp } from '../../sip/uac/hang-up'
import { Failure } from '../failure'
import { type CallEnd, type Line, SipFailure } from './line'
import { offer } from './session-description'

/** How long a phone that was cancelled may take to say so. */
const CANCEL_MS = 5_000

/** A call that was answered; the caller's end of it. */
export class OutgoingCall implements CallEnd {
  /** Settles when the other side has hung up, or the connection is gone; says which. */
  readonly ended: Promise<string>
  private readonly line: Line
  private dialog: Dialog
  private end: (how: string) => void = () => {}

  /**
   * RFC 3261 §13.2: calls and waits for the answer, `ringMs` at most; then it is cancelled. Fails with the SIP status. `onRinging`:
   * somebody's phone rings.
   */
  static async place(line: Line, uri: string, ringMs: number, onRinging: () => void): Promise<OutgoingCall> {
    let invite: Request | undefined = makeRequest({
      ...line.outside('INVITE', uri),
      headers: [...line.ownHeaders(), ['Supported', 'outbound'], ['Content-Type', 'application/sdp']],
      body: offer(),
    })
    for (;;) {
      const attempt = new Attempt(line, invite)
      const final = await attempt.outcome(ringMs, onRinging)
      if (final && final.status < 300) return attempt.established(final)
      invite = final && line.withProof(attempt.sent, final)
      if (!invite) throw attempt.failure(uri, final, ringMs)
    }
  }

  constructor(line: Line, dialog: Dialog) {
    this.line = line
    this.dialog = dialog
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    line.join(dialog.callId, tagOf(dialog.local) ?? '', this)
  }

  /** A key of the telephone, as an INFO (application/dtmf-relay). */
  async press(key: string): Promise<void> {
    this.dialog = raised(this.dialog)
    const headers = [['Content-Type', 'application/dtmf-relay']] as const
    const body = `Signal=${key}\r\nDuration=160\r\n`
    const response = await this.line.transactions.ask(dialogRequest(this.dialog, 'INFO', { headers, body }))
    if (!response || response.status >= 300) throw new SipFailure(`INFO with key ${key}`, response)
  }

  async hangUp(): Promise<void> {
    this.dialog = raised(this.dialog)
    const response = await this.line.transactions.ask(dialogRequest(this.dialog, 'BYE'))
    this.line.leave(this.dialog.callId, tagOf(this.dialog.local) ?? '')
    if (!response || response.status >= 300) throw new SipFailure('BYE', response)
  }

  onRequest(request: Request): void {
    const { method } = request
    if (method === 'ACK') return
    if (method === 'INVITE' || method === 'UPDATE') return this.line.respond(request, 488)
    this.line.respond(request, 200)
    if (method === 'BYE') this.end('the other side hung up')
  }

  onConnectionLost(): void {
    this.end('the connection was lost')
  }
}

/** One INVITE, until its final response. */
class Attempt {
  sent: Request
  private readonly line: Line
  private isProvisional = false
  private isCancelled = false
  private acknowledged: Request | undefined
  private answeredBy: string | undefined
  private settle: (final: Response | undefined) => void = () => {}
  private onProvisional: (response: Response) => void = () => {}

  constructor(line: Line, invite: Request) {
    this.line = line
    this.sent = invite
  }

  async outcome(ringMs: number, onRinging: () => void): Promise<Response | undefined> {
    const final = new Promise<Response | undefined>((resolve) => {
      this.settle = resolve
    })
    this.onProvisional = ({ status }) => {
      if (this.isCancelled && !this.isProvisional) this.line.transactions.cancel(this.sent)
      this.isProvisional = true
      if (status > 100) onRinging()
    }
    this.sent = this.line.transactions.start(this.sent, {
      onResponse: (response) => this.response(response),
      onFailed: () => this.settle(undefined),
    })
    const impatient = setTimeout(() => this.cancel(), ringMs)
    let hopeless: NodeJS.Timeout | undefined
    const givenUp = new Promise<undefined>((resolve) => {
      hopeless = setTimeout(() => resolve(undefined), ringMs + CANCEL_MS)
    })
    const outcome = await Promise.race([final, givenUp])
    clearTimeout(impatient)
    clearTimeout(hopeless)
    return outcome
  }

  /** RFC 3261 §13.2.2.4: the 2xx is acknowledged each time it comes. */
  established(answer: Response): OutgoingCall {
    const dialog = callerDialog(answer)
    if (!dialog) throw new Failure('The answer has no Contact: the call can be neither acknowledged nor ended.')
    this.answeredBy = tagOf(dialog.remote)
    this.acknowledged = dialogRequest(dialog, 'ACK')
    this.line.transactions.acknowledge(this.acknowledged)
    return new OutgoingCall(this.line, dialog)
  }

  failure(uri: string, final: Response | undefined, ringMs: number): Failure {
    if (this.isCancelled) return new SipFailure(`${uri} did not answer within ${ringMs / 1_000} s`, final)
    return new SipFailure(`The call to ${uri} failed`, final)
  }

  private response(response: Response): void {
    if (response.status < 200) return this.onProvisional(response)
    if (this.answeredBy === undefined || response.status >= 300) return this.settle(response)
    if (tagOf(header(response, 'to')) === this.answeredBy && this.acknowledged)
      return this.line.transactions.acknowledge(this.acknowledged)
    // A second phone has answered at the same time: one call is enough.
    const ending = hangUp(response, () => false, 'SIP;cause=200;text="Call completed elsewhere"')
    if (!ending) return
    this.line.transactions.acknowledge(ending.ack)
    void this.line.transactions.ask(ending.bye)
  }

  /** RFC 3261 §9.1: not before a provisional response. */
  private cancel(): void {
    this.isCancelled = true
    if (this.isProvisional) this.line.transactions.cancel(this.sent)
  }
}
