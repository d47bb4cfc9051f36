import { header } from '../../sip/message/headers'
import { makeRequest } from '../../sip/message/make-request'
import type { Request, Response } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { callerDialog, type Dialog, dialogRequest, raised } from '../../sip/uac/dialog'
import { hangUp } from '../../sip/uac/hang-up'
import type { Failure } from '../failure'
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
  private isOver = false
  private end: (how: string) => void = () => {}

  /** RFC 3261 §13.2: calls and waits for the answer, `ringMs` at most; then it is cancelled. Fails with the SIP status. */
  static async place(line: Line, uri: string, ringMs: number): Promise<OutgoingCall> {
    let invite: Request | undefined = makeRequest({
      ...line.outside('INVITE', uri),
      headers: [...line.ownHeaders(), ['Supported', 'outbound'], ['Content-Type', 'application/sdp']],
      body: offer(),
    })
    for (;;) {
      const attempt = new Attempt(line, invite)
      const outcome = await attempt.outcome(ringMs)
      if (outcome instanceof OutgoingCall) return outcome
      invite = outcome && line.withProof(attempt.sent, outcome)
      if (!invite) throw attempt.failure(uri, outcome, ringMs)
    }
  }

  constructor(line: Line, dialog: Dialog) {
    this.line = line
    this.dialog = dialog
    this.ended = new Promise((resolve) => {
      this.end = (how) => {
        this.isOver = true
        resolve(how)
      }
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
    this.isOver = true
    this.dialog = raised(this.dialog)
    const response = await this.line.transactions.ask(dialogRequest(this.dialog, 'BYE'))
    this.line.leave(this.dialog.callId, tagOf(this.dialog.local) ?? '')
    if (!response || response.status >= 300) throw new SipFailure('BYE', response)
  }

  /** A test that has failed leaves no call behind; how that goes says nothing new. */
  async abandon(): Promise<void> {
    if (!this.isOver) await this.hangUp().catch(() => {})
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

/** What became of an INVITE; undefined: no final response came. */
type Outcome = OutgoingCall | Response | undefined

/** One INVITE, until its final response and beyond. */
class Attempt {
  sent: Request
  private readonly line: Line
  private isProvisional = false
  private isCancelled = false
  private isOver = false
  private ack: Request | undefined
  private settle: (outcome: Outcome) => void = () => {}

  constructor(line: Line, invite: Request) {
    this.line = line
    this.sent = invite
  }

  async outcome(ringMs: number): Promise<Outcome> {
    const decided = new Promise<Outcome>((resolve) => {
      this.settle = (outcome) => {
        this.isOver = true
        resolve(outcome)
      }
    })
    this.sent = this.line.transactions.start(this.sent, {
      onResponse: (response) => this.response(response),
      onFailed: () => this.settle(undefined),
    })
    const impatient = setTimeout(() => this.cancel(), ringMs)
    const hopeless = setTimeout(() => this.settle(undefined), ringMs + CANCEL_MS)
    const outcome = await decided
    clearTimeout(impatient)
    clearTimeout(hopeless)
    return outcome
  }

  failure(uri: string, final: Response | undefined, ringMs: number): Failure {
    if (this.isCancelled) return new SipFailure(`${uri} did not answer within ${ringMs / 1_000} s`, final)
    const hint = final && final.status < 300 ? 'without a Contact: it can be neither acknowledged nor ended' : undefined
    return new SipFailure(`The call to ${uri} failed`, final, hint)
  }

  private response(response: Response): void {
    const { status } = response
    if (status < 200) return this.provisional()
    if (status >= 300) return this.settle(response)
    if (this.isOver) return this.late(response)
    this.settle(this.established(response))
  }

  /** At once: what comes right behind the answer finds a call. */
  private established(answer: Response): Outcome {
    const dialog = callerDialog(answer)
    // Without a Contact it can be neither acknowledged nor ended.
    if (!dialog) return answer
    this.ack = dialogRequest(dialog, 'ACK')
    this.line.transactions.acknowledge(this.ack)
    return new OutgoingCall(this.line, dialog)
  }

  /** RFC 3261 §13.2.2.4: the 2xx is acknowledged each time it comes; a second phone that has answered is one too many. */
  private late(answer: Response): void {
    if (this.ack && header(this.ack, 'to') === header(answer, 'to')) return this.line.transactions.acknowledge(this.ack)
    const ending = hangUp(answer, () => false, 'SIP;cause=200;text="Call completed elsewhere"')
    if (!ending) return
    this.line.transactions.acknowledge(ending.ack)
    void this.line.transactions.ask(ending.bye)
  }

  /** RFC 3261 §9.1: there is no CANCEL before a provisional response. */
  private provisional(): void {
    const isFirst = !this.isProvisional
    this.isProvisional = true
    if (isFirst && this.isCancelled) this.line.transactions.cancel(this.sent)
  }

  private cancel(): void {
    this.isCancelled = true
    if (this.isProvisional) this.line.transactions.cancel(this.sent)
  }
}
