import type { LocalAnswer, Side } from '../../../src/gateway/core/media'
import type { MediaRelay } from '../../../src/gateway/media/media-relay'
import type { Request, Response } from '../../../src/sip/message/message'
import { token } from '../../support/sip-client'
import { readRequest, readResponse, text } from '../../unit/support/messages'

/** What a test says of a message; the rest follows from the call. */
export interface Said {
  readonly body?: string
  readonly cSeq?: number
  /** Of the answering side. */
  readonly toTag?: string
  readonly branch?: string
  readonly lines?: readonly string[]
}

/** A call on its way through the media relay, told in SIP messages as the relay of the gateway tells them. */
export class MediaCall {
  readonly callId: string
  readonly session = token(4)
  readonly fromTag = token(4)
  /** The side of the caller. */
  readonly caller: Side
  private readonly relay: MediaRelay

  constructor(relay: MediaRelay, caller: Side = 'link', callId = `${token(8)}@lab.test`) {
    this.relay = relay
    this.caller = caller
    this.callId = callId
  }

  /** The body of a request of `side` as the other side gets it. */
  async ask(method: string, side: Side, said: Said = {}): Promise<string> {
    const request = this.request(method, side, said)
    const way = { from: side, to: other(side), session: this.session, branch: said.branch ?? '' }
    return (await this.relay.pass(request, way)).body
  }

  /** The body of a response of the side that did not ask. */
  async reply(status: number, method: string, asker: Side, said: Said = {}): Promise<string> {
    const request = this.request(method, asker, { ...said, body: '' })
    const response = this.response(status, request, said)
    const way = { from: other(asker), to: asker, session: this.session, branch: said.branch ?? '' }
    return (await this.relay.pass(response, way)).body
  }

  here(method: string, said: Said = {}): Promise<LocalAnswer | 'absorbed' | undefined> {
    return this.relay.answer(this.request(method, 'link', said), this.session)
  }

  end(method: string, side: Side, said: Said = {}): void {
    this.relay.end(this.request(method, side, said), this.session)
  }

  request(method: string, side: Side, { body = '', cSeq = 1, toTag, lines = [] }: Said): Request {
    const isCaller = side === this.caller
    const callee = toTag === undefined ? '' : `;tag=${toTag}`
    const [from, to] = isCaller ? [`;tag=${this.fromTag}`, callee] : [callee, `;tag=${this.fromTag}`]
    return readRequest(
      text(
        [
          `${method} sip:somebody@lab.test SIP/2.0`,
          'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKmedia',
          `From: <sip:${side}@lab.test>${from}`,
          `To: <sip:${other(side)}@lab.test>${to}`,
          `Call-ID: ${this.callId}`,
          `CSeq: ${cSeq} ${method}`,
          `Contact: <sip:${side}@192.0.2.1>`,
          ...(body === '' || lines.some((line) => line.startsWith('Content-Type'))
            ? []
            : ['Content-Type: application/sdp']),
          ...lines,
        ],
        body,
      ),
    )
  }

  private response(status: number, request: Request, { body = '', toTag, lines = [] }: Said): Response {
    const copied = request.headers.map((field) => field.raw)
    const kept = copied.filter((line) => /^(?:Via|From|Call-ID|CSeq):/.test(line))
    const to = copied.find((line) => line.startsWith('To:')) ?? ''
    return readResponse(
      text(
        [
          `SIP/2.0 ${status} Answer`,
          ...kept,
          to.includes(';tag=') || toTag === undefined ? to : `${to};tag=${toTag}`,
          'Contact: <sip:answerer@192.0.2.2>',
          ...(body === '' ? [] : ['Content-Type: application/sdp']),
          ...lines,
        ],
        body,
      ),
    )
  }
}

function other(side: Side): Side {
  return side === 'link' ? 'network' : 'link'
}
