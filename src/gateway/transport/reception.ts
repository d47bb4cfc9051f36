import type { Message } from '../../sip/message/message'
import { decodeFrame, type Frame } from '../../sip/message/octets'
import { toFrame } from '../../sip/message/serialize'
import { PONG } from '../../sip/outbound/keep-alive'
import { type Incoming, readFrame } from '../../sip/outbound/receive'
import type { NetworkAddress } from '../../sip/transport/hop'
import { replyWay, withReceived } from '../../sip/transport/received'
import { isScanner } from '../../sip/transport/scanners'
import type { Log } from '../log'
import type { CountersByTransport } from './counters'
import type { Receiver, SendOptions } from './receiver'

export interface ReceptionOptions {
  readonly counters: CountersByTransport
  readonly log: Log
  /** Whether an address is listened to; all are when absent. */
  admits?(address: string): boolean
  /** A fresh To tag. */
  newTag(): string
  /** Each message that is read or sent, as it is on the wire. */
  onWire(way: 'in' | 'out', text: string, address: NetworkAddress): void
  /** A message that is worth reading. */
  onMessage(message: Message, source: NetworkAddress): void
  send(frame: Frame, to: NetworkAddress, options?: SendOptions): Promise<void>
}

/** The first look at what comes in: what is of a flood, no SIP, malformed or a scanner's goes no further. */
export class Reception implements Receiver {
  private readonly options: ReceptionOptions

  constructor(options: ReceptionOptions) {
    this.options = options
  }

  message(bytes: Uint8Array, source: NetworkAddress): void {
    const { counters, newTag, onMessage, onWire, send, admits } = this.options
    const counted = counters[source.transport]
    counted.received++
    if (admits?.(source.address) === false) return void counted.banned++
    const frame = decodeFrame(bytes)
    const incoming = readFrame(frame, newTag)
    switch (incoming.type) {
      case 'ping':
        return void send({ text: PONG, binary: false }, source).catch(() => {})
      case 'ignored':
        return this.ignored(incoming.why, source)
      case 'refused':
        if (isScanner(incoming.request)) return void counted.scanners++
        return this.refused(incoming, source)
      case 'request':
        if (isScanner(incoming.request)) return void counted.scanners++
        onWire('in', frame.text, source)
        return onMessage(incoming.request, source)
      case 'response':
        onWire('in', frame.text, source)
        return onMessage(incoming.response, source)
    }
  }

  broken(why: string, source: NetworkAddress): void {
    this.options.counters[source.transport].errors++
    this.options.log('debug', 'stream.broken', { why, source })
  }

  private ignored(why: string, source: NetworkAddress): void {
    if (why === 'keep-alive') return
    this.options.counters[source.transport].ignored++
    this.options.log('debug', 'message.ignored', { why, source })
  }

  /** RFC 3261 §21.4.1: what can be answered is told what is wrong with it. */
  private refused({ request, response }: Incoming & { type: 'refused' }, source: NetworkAddress): void {
    const { counters, log, send } = this.options
    counters[source.transport].malformed++
    log('debug', 'message.refused', { status: response.status, reason: response.reason, source })
    const { replyTo, ...how } = replyWay(request, source)
    void send(toFrame(withReceived(response, source)), replyTo, how).catch(() => {})
  }
}
