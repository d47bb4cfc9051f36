import { SipFrame } from '../../support/sip-frame'
import { ORIGIN, type Phone } from './phone'
import type { World } from './world'

/** A ladder as a test writes it: one line for each message, indented as the code around it. */
export function flow(text: string): string {
  return text.trim().replace(/\n +/g, '\n')
}

/**
 * Writes down what goes over the wires of some phones, a line for each message, as the call flows of an RFC do: who sends it (`->`) or gets
 * it (`<-`), then what a reader of the flow looks for. What is random has a name in its place.
 *
 *     alice -> INVITE bob@example.com | via alice | hops 69 | contact alice | body offer
 *     bob   <- INVITE bob | via us, alice | hops 68 | record-route us | contact alice | body offer
 *     bob   -> 180 Ringing | via us, alice | record-route us | to tag | contact bob
 */
export class Ladder {
  private readonly lines: string[] = []
  private readonly names = new Map<string, string>()
  private readonly more: readonly string[]

  /** `more`: header fields that are shown as they are, besides those of every flow. */
  constructor(world: World, phones: Readonly<Record<string, Phone>>, more: readonly string[] = []) {
    this.more = more
    this.names.set(world.domain, 'example.com')
    const width = Math.max(...Object.keys(phones).map((name) => name.length))
    for (const [name, phone] of Object.entries(phones)) {
      this.names.set(phone.host, name)
      this.watch(phone, name.padEnd(width))
    }
  }

  /** What has been written since it was last asked for. */
  take(): string {
    return this.lines.splice(0).join('\n')
  }

  private watch(phone: Phone, name: string): void {
    const { send, nextFrame } = phone
    phone.send = (frame) => {
      this.lines.push(`${name} -> ${this.inWords(new SipFrame(String(frame)))}`)
      send.call(phone, frame)
    }
    phone.nextFrame = async (what) => {
      const frame = await nextFrame.call(phone, what)
      this.lines.push(`${name} <- ${this.inWords(new SipFrame(frame.text))}`)
      return frame
    }
  }

  private inWords(frame: SipFrame): string {
    const list = (header: string, short = (value: string) => this.party(value)) =>
      frame
        .headers(header)
        .flatMap((line) => line.split(/,(?=\s*(?:<|SIP\/))/))
        .map(short)
        .join(', ')
    const what = frame.isResponse ? `${frame.status} ${frame.reason}` : `${frame.method} ${this.party(frame.uri)}`
    const facts: ReadonlyArray<readonly [string, string]> = [
      ['via', list('Via')],
      ['hops', frame.header('Max-Forwards')],
      ['route', list('Route')],
      ['record-route', list('Record-Route')],
      ['to', frame.toTag === '' ? '' : 'tag'],
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

  private renamed(text: string): string {
    return [...this.names].reduce((named, [random, name]) => named.replaceAll(random, name), text)
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
