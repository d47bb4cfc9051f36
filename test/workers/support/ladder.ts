import { SipFrame } from '../../support/sip-frame'
import { ORIGIN, type Phone } from './phone'
import type { World } from './world'

/** A ladder as a test writes it: one line for each message, indented as the code around it. */
export function flow(text: string): string {
  return text.trim().replace(/\n +/g, '\n')
}

/**
 * Writes down what goes over the wires of some phones, a line for each message, as the call flows of an RFC do: who sends it (`->`) or gets
 * it (`<-`), then what a reader of the flow looks for. What is random has a name or a number in its place: the branches of each party are
 * counted (a CANCEL has that of its INVITE, the ACK of a 2xx a new one), and so are To tags, and calls from the second on.
 *
 *     alice -> INVITE bob@example.com | cseq 1 INVITE | via alice#1 | hops 69 | contact alice | body offer
 *     bob   <- INVITE bob | cseq 1 INVITE | via us#1, alice#1 | hops 68 | record-route us | contact alice | body offer
 *     bob   -> 180 Ringing | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 1 | contact bob
 */
export class Ladder {
  private readonly lines: string[] = []
  private readonly names = new Map<string, string>()
  private readonly phones: readonly Phone[]
  private readonly more: readonly string[]
  private readonly numbers = new Map<string, Map<string, number>>()
  private asks = false

  /** `more`: header fields that are shown as they are, besides those of every flow. */
  constructor(world: World, phones: Readonly<Record<string, Phone>>, more: readonly string[] = []) {
    this.more = more
    this.phones = Object.values(phones)
    this.names.set(world.domain, 'example.com')
    const width = Math.max(...Object.keys(phones).map((name) => name.length))
    for (const [name, phone] of Object.entries(phones)) {
      this.names.set(phone.host, name)
      this.watch(phone, name.padEnd(width))
    }
  }

  /** The whole flow since it was last asked for: once all work is done, nothing more has come to anybody. */
  async whole(): Promise<string> {
    this.asks = true
    for (const phone of this.phones) await phone.expectNothing()
    this.asks = false
    return this.forget()
  }

  /** Begins a new flow. */
  forget(): string {
    return this.lines.splice(0).join('\n')
  }

  private watch(phone: Phone, name: string): void {
    const { send, nextFrame } = phone
    phone.send = (frame) => {
      this.write(`${name} ->`, String(frame))
      send.call(phone, frame)
    }
    phone.nextFrame = async (what) => {
      const frame = await nextFrame.call(phone, what)
      this.write(`${name} <-`, frame.text)
      return frame
    }
  }

  private write(who: string, text: string): void {
    if (!this.asks) this.lines.push(`${who} ${this.inWords(new SipFrame(text))}`)
  }

  private inWords(frame: SipFrame): string {
    const list = (header: string, short = (value: string) => this.party(value)) =>
      frame
        .headers(header)
        .flatMap((line) => line.split(/,(?=\s*(?:<|SIP\/))/))
        .map(short)
        .join(', ')
    const what = frame.isResponse ? `${frame.status} ${frame.reason}` : `${frame.method} ${this.party(frame.uri)}`
    const call = this.numberOf('call', frame.header('Call-ID'))
    const facts: ReadonlyArray<readonly [string, string]> = [
      ['call', call === 1 ? '' : `${call}`],
      ['cseq', frame.header('CSeq')],
      ['via', list('Via', (value) => this.hop(value))],
      ['hops', frame.header('Max-Forwards')],
      ['route', list('Route')],
      ['record-route', list('Record-Route')],
      ['path', list('Path')],
      ['to', frame.toTag === '' ? '' : `tag ${this.numberOf('to', frame.toTag)}`],
      ['contact', list('Contact', (value) => `${this.party(value)}${/;expires=\d+/.exec(value)?.[0] ?? ''}`)],
      ['expires', frame.header('Expires')],
      ['challenge', list('WWW-Authenticate', realmOf) || list('Proxy-Authenticate', realmOf)],
      ['proof for', list('Authorization', realmOf) || list('Proxy-Authorization', realmOf)],
      ['reason', frame.header('Reason')],
      ...this.more.map((name) => [name, frame.headers(name).join(', ')] as const),
      ['body', frame.body.trim()],
    ]
    const told = facts.filter(([, fact]) => fact !== '').map(([name, fact]) => `${name} ${this.renamed(fact)}`)
    return [what, ...told].join(' | ')
  }

  /** Which one of its kind it is, in the order in which they were seen. */
  private numberOf(kind: string, value: string): number {
    const seen = this.numbers.get(kind) ?? new Map<string, number>()
    this.numbers.set(kind, seen)
    const number = seen.get(value) ?? seen.size + 1
    seen.set(value, number)
    return number
  }

  private renamed(text: string): string {
    return [...this.names].reduce((named, [random, name]) => named.replaceAll(random, name), text)
  }

  /** A Via: its sent-by, and which of its branches. */
  private hop(value: string): string {
    const party = this.renamed(this.party(value))
    return `${party}#${this.numberOf(party, /;branch=([^;,\s]+)/.exec(value)?.[1] ?? '')}`
  }

  /** Whose address it is: of a Via the sent-by, of a URI its user in our domain, or the phone behind its host. */
  private party(value: string): string {
    const host = /^SIP\/2\.0\/\w+ ([^;\s]+)/.exec(value)?.[1] ?? /sip:(?:[^@>]*@)?([^;>:\s]+)/.exec(value)?.[1] ?? value
    if (host === new URL(ORIGIN).host) return 'us'
    const user = /sip:([^@>]*)@/.exec(value)?.[1]
    const named = this.names.get(host) ?? host
    return named === 'example.com' && user !== undefined ? `${user}@${named}` : named
  }
}

function realmOf(value: string): string {
  return /realm="([^"]*)"/.exec(value)?.[1] ?? value
}
