import type { SipFrame } from '../../support/sip-frame'
import { newBranch, type RequestOptions, tagIn, uriIn } from './messages'
import type { Phone } from './phone'

/** One end of a dialog: builds its requests as RFC 3261 §12.2.1.1 says. */
export class DialogEnd {
  phone: Phone
  private readonly facts: Required<Pick<RequestOptions, 'uri' | 'from' | 'to' | 'fromTag' | 'toTag' | 'callId'>>
  private readonly routes: readonly string[]
  private cSeq: number

  constructor(phone: Phone, facts: DialogEnd['facts'], routes: readonly string[], cSeq: number) {
    this.phone = phone
    this.facts = facts
    this.routes = routes
    this.cSeq = cSeq
  }

  request(method: string, options: RequestOptions = {}): SipFrame {
    return this.phone.request(method, this.within(options))
  }

  build(method: string, options: RequestOptions = {}): string {
    return this.phone.build(method, this.within(options))
  }

  private within(options: RequestOptions): RequestOptions {
    const headers = [...this.routes.map((r) => `Route: ${r}`), ...(options.headers ?? [])]
    return { branch: newBranch(), cSeq: options.cSeq ?? ++this.cSeq, ...this.facts, ...options, headers }
  }

  /** The ACK of a 2xx: the CSeq number of its INVITE. */
  ack(invite: SipFrame): SipFrame {
    return this.request('ACK', { cSeq: invite.cSeq })
  }
}

export interface Call {
  readonly caller: DialogEnd
  readonly callee: DialogEnd
  readonly invite: SipFrame
  readonly offered: SipFrame
  readonly answer: SipFrame
}

export interface Ringing {
  readonly invite: SipFrame
  /** The INVITE as the callee got it. */
  readonly offered: SipFrame
}

/** INVITE, 100, 180 (RFC 3665 §3.1 F1-F7). */
export async function ring(caller: Phone, callee: Phone, options: RequestOptions = {}): Promise<Ringing> {
  const invite = caller.invite(callee.account.aor, options)
  await caller.expect('100 INVITE')
  const offered = await callee.expect('INVITE')
  callee.respond(offered, 180)
  await caller.expect('180 INVITE')
  return { invite, offered }
}

/** 200 and ACK of a call that rings. */
export async function pickUp(caller: Phone, callee: Phone, { invite, offered }: Ringing): Promise<Call> {
  callee.respond(offered, 200, { body: 'v=0\r\n' })
  const answer = await caller.expect('200 INVITE')
  const call = dialog(caller, callee, invite, offered, answer)
  call.caller.ack(invite)
  await callee.expect('ACK')
  return call
}

export async function establish(caller: Phone, callee: Phone): Promise<Call> {
  return pickUp(caller, callee, await ring(caller, callee))
}

/** Both ends of the dialog that a 200 made (RFC 3261 §12.1). */
export function dialog(caller: Phone, callee: Phone, invite: SipFrame, offered: SipFrame, answer: SipFrame): Call {
  const from = uriIn(answer.header('From'))
  const to = uriIn(answer.header('To'))
  const fromTag = tagIn(answer.header('From'))
  const toTag = answer.toTag
  const callId = invite.header('Call-ID')
  const callerFacts = { uri: uriIn(answer.header('Contact')), from, to, fromTag, toTag, callId }
  const calleeFacts = {
    uri: uriIn(offered.header('Contact')),
    from: to,
    // As the callee sees the caller.
    to: uriIn(offered.header('From')),
    fromTag: toTag,
    toTag: fromTag,
    callId,
  }
  return {
    caller: new DialogEnd(caller, callerFacts, answer.headers('Record-Route').toReversed(), invite.cSeq),
    callee: new DialogEnd(callee, calleeFacts, offered.headers('Record-Route'), 0),
    invite,
    offered,
    answer,
  }
}

/** BYE from one end and its 200 from the other. */
export async function hangUp(from: DialogEnd, to: DialogEnd): Promise<void> {
  from.request('BYE')
  to.phone.respond(await to.phone.expect('BYE'), 200)
  await from.phone.expect('200 BYE')
}
