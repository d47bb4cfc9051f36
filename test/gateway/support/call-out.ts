import type { SipClient } from '../../support/sip-client'
import type { SipFrame } from '../../support/sip-frame'
import type { Lab } from './lab'
import type { UdpPeer } from './udp-peer'

export const tagOf = (value: string) => /;tag=([^;,\s]+)/.exec(value)?.[1] ?? ''
export const uriOf = (value: string) => /<([^>]+)>/.exec(value)?.[1] ?? ''

/** A call of a phone to a carrier, and the requests of both ends inside its dialog. */
export class CallOut {
  readonly sent: SipFrame
  readonly offered: SipFrame
  readonly answer: SipFrame
  private readonly phone: SipClient | undefined
  private readonly carrier: UdpPeer | undefined
  private cSeq: number
  private backCSeq = 0

  constructor(
    phone: SipClient | undefined,
    carrier: UdpPeer | undefined,
    frames: Pick<CallOut, 'sent' | 'answer'> & { offered?: SipFrame },
  ) {
    this.phone = phone
    this.carrier = carrier
    this.sent = frames.sent
    this.offered = frames.offered ?? frames.sent
    this.answer = frames.answer
    this.cSeq = frames.sent.cSeq
  }

  fromCaller(method: string, body = '', headers: readonly string[] = []): SipFrame {
    const { sent, answer } = this
    if (!this.phone) throw new Error('nobody plays this phone')
    return this.phone.request(method, {
      uri: uriOf(answer.header('Contact')),
      to: uriOf(answer.header('To')),
      toTag: answer.toTag,
      fromTag: tagOf(sent.header('From')),
      callId: sent.header('Call-ID'),
      cSeq: method === 'ACK' ? this.cSeq : ++this.cSeq,
      headers: [
        ...routes(answer)
          .toReversed()
          .map((route) => `Route: ${route}`),
        ...headers,
      ],
      body,
    })
  }

  fromCarrier(method: string, body = '', headers: readonly string[] = []): SipFrame {
    const { offered } = this
    if (!this.carrier) throw new Error('nobody plays this carrier')
    return this.carrier.request(method, {
      uri: uriOf(offered.header('Contact')),
      from: uriOf(offered.header('To')),
      fromTag: 'carrier',
      to: uriOf(offered.header('From')),
      toTag: tagOf(offered.header('From')),
      callId: offered.header('Call-ID'),
      cSeq: ++this.backCSeq,
      headers: [...routes(offered).map((route) => `Route: ${route}`), ...headers],
      body,
    })
  }
}

function routes(frame: SipFrame): string[] {
  return frame.headers('Record-Route').flatMap((line) => line.split(/,\s*/))
}

/** INVITE, 180, 200, ACK. */
export async function callOut(lab: Lab, phone: SipClient, carrier: UdpPeer, number: string): Promise<CallOut> {
  const sent = phone.request('INVITE', {
    uri: `sip:${number}@${lab.domain}`,
    headers: [`Contact: ${phone.contact}`],
    body: 'v=0\r\n',
  })
  const offered = await carrier.expect('INVITE')
  carrier.respond(offered, 180)
  await phone.expect('180 INVITE')
  carrier.respond(offered, 200, { body: 'v=0\r\n' })
  const call = new CallOut(phone, carrier, { sent, offered, answer: await phone.expect('200 INVITE') })
  call.fromCaller('ACK')
  await carrier.expect('ACK')
  return call
}
