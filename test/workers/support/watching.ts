import type { SipFrame } from '../../support/sip-frame'
import { newBranch, type RequestOptions, tagIn, token, uriIn } from './messages'
import type { Phone } from './phone'

/** One subscription of a phone to the dialog state of an address-of-record. */
export class Watching {
  readonly phone: Phone
  private readonly aor: string
  private readonly callId = token(10)
  private readonly fromTag = token(6)
  private cSeq = 0
  /** Of our notifier's 200. */
  private toTag = ''
  private contact = ''
  /** Of the NOTIFYs that were read. */
  readonly notified: SipFrame[] = []

  constructor(phone: Phone, aor: string) {
    this.phone = phone
    this.aor = aor
  }

  /** The same subscription on another socket of its phone. */
  on(phone: Phone): Watching {
    return Object.assign(Object.create(Watching.prototype), this, { phone })
  }

  /** A SUBSCRIBE, inside the dialog as soon as there is one. The answer is left to the caller. */
  ask(headers: readonly string[] = [], more: RequestOptions = {}): SipFrame {
    const asked = headers.map((line) => line.split(':')[0])
    const usual = ['Event: dialog', 'Expires: 600', 'Accept: application/dialog-info+xml']
    const lines = usual.filter((line) => !asked.includes(line.split(':')[0]))
    return this.phone.request('SUBSCRIBE', {
      uri: this.contact || this.aor,
      to: this.aor,
      toTag: this.toTag,
      callId: this.callId,
      fromTag: this.fromTag,
      cSeq: ++this.cSeq,
      branch: newBranch(),
      headers: [`Contact: ${this.phone.contact}`, ...lines, ...headers],
      ...more,
    })
  }

  /** SUBSCRIBE, 200, and the NOTIFY behind it. */
  async subscribe(headers: readonly string[] = []): Promise<SipFrame> {
    this.ask(headers)
    const answer = await this.phone.expect('200 SUBSCRIBE')
    this.toTag = answer.toTag
    this.contact = uriIn(answer.header('Contact'))
    await this.next()
    return answer
  }

  /** The next NOTIFY, answered. */
  async next(status = 200): Promise<SipFrame> {
    const notify = await this.phone.expect('NOTIFY')
    this.notified.push(notify)
    this.phone.respond(notify, status)
    return notify
  }

  /** What the next NOTIFY tells, in short. */
  async hears(status = 200): Promise<string> {
    return told(await this.next(status))
  }

  /** Whether a NOTIFY is in the dialog of this subscription. */
  isMine(notify: SipFrame): boolean {
    const tags = [tagIn(notify.header('From')), tagIn(notify.header('To')), notify.header('Call-ID')]
    return tags.join() === [this.toTag, this.fromTag, this.callId].join()
  }
}

/** The dialogs of a NOTIFY: `recipient early, initiator confirmed`; `-` for none; what has ended is said after it. */
export function told(notify: SipFrame): string {
  const dialogs = [...notify.body.matchAll(/direction="(\w+)">\s*<state>(\w+)<\/state>/g)]
  const states = dialogs.map(([, direction, state]) => `${direction} ${state}`).join(', ') || '-'
  const over = /^terminated/.test(notify.header('Subscription-State'))
    ? ` (${notify.header('Subscription-State')})`
    : ''
  return states + over
}

export function versionOf(notify: SipFrame): number {
  return Number(/version="(\d+)"/.exec(notify.body)?.[1])
}
