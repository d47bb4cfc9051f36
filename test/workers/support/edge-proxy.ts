import { SipFrame } from '../../support/sip-frame'
import { newBranch, type ResponseOptions, responseText } from './messages'
import type { Phone } from './phone'

/** What is behind a proxy of somebody else: it has no wire here, so the proxy speaks for it. */
export interface Behind {
  readonly host: string
  /** In brackets. */
  readonly contact: string
  readonly tag: string
}

/**
 * A proxy of somebody else on a socket of ours, with one phone behind it (RFC 3261 §16): what comes from us it passes on with its own Via and
 * Record-Route on top and its own Route taken off, and what the phone answers it passes back without its Via.
 */
export class EdgeProxy {
  readonly wire: Phone
  readonly behind: Behind

  constructor(wire: Phone, behind: Behind) {
    this.wire = wire
    this.behind = behind
  }

  /** Its Record-Route, Route and Path. */
  get uri(): string {
    return `<sip:${this.wire.host};lr>`
  }

  /** The header line of a Via below its own: of a request that its phone has sent. */
  get viaBehind(): string {
    return `Via: SIP/2.0/UDP ${this.behind.host};branch=${newBranch()}`
  }

  /** The request as its phone gets it. */
  forwarded(request: SipFrame): SipFrame {
    const [startLine = '', ...rest] = without(`Route: ${this.uri}`, request).text.split('\r\n')
    const own = [`Via: SIP/2.0/WSS ${this.wire.host};branch=${newBranch()}`, `Record-Route: ${this.uri}`]
    return new SipFrame([startLine, ...own, ...rest].join('\r\n'))
  }

  /** A response to its phone, without the part of the route set that it takes off the requests of that phone. */
  beyond(response: SipFrame): SipFrame {
    return without(`Record-Route: ${this.uri}`, response)
  }

  /** Its phone answers what it got; its own Via comes off on the way back. */
  answer(got: SipFrame, status: number, options: ResponseOptions = {}): void {
    const contact = status < 300 ? [`Contact: ${this.behind.contact}`] : []
    const headers = [...contact, ...(options.headers ?? [])]
    const text = responseText(got, status, { toTag: this.behind.tag, ...options, headers })
    this.wire.send(text.replace(/\r\nVia: [^\r]*/, ''))
  }
}

function without(line: string, frame: SipFrame): SipFrame {
  return new SipFrame(frame.text.replace(`\r\n${line}`, ''))
}
