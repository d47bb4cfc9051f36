import type { NetworkTransport } from '../../sip/transport/hop'

/** What one kind of transport has done since the start. */
export interface TransportCounters {
  /** Messages that came in whole, whatever they were. */
  received: number
  sent: number
  /** Requests that were answered for their syntax (RFC 3261 §21.4.1). */
  malformed: number
  /** What was no SIP, or could not be answered. */
  ignored: number
  scanners: number
  /** What came from an address that is banned. */
  banned: number
  /** Messages that could not be sent, and streams that made no sense. */
  errors: number
}

export type CountersByTransport = Readonly<Record<NetworkTransport, TransportCounters>>

export function newCounters(): CountersByTransport {
  const none = { received: 0, sent: 0, malformed: 0, ignored: 0, scanners: 0, banned: 0, errors: 0 }
  return { UDP: { ...none }, TCP: { ...none } }
}
