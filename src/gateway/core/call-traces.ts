import { type TraceEntry, traceEntry } from '../../sip/trace/entry'
import { headerIn } from '../../sip/trace/summary'
import { formatAddress, type NetworkAddress } from '../../sip/transport/hop'

/** Calls whose messages are remembered; the oldest is forgotten. */
export const MAX_TRACED_CALLS = 500
/** Characters of messages that are kept of one call: the first ones, since a call is understood from its beginning. */
export const MAX_TRACED_CHARACTERS = 80_000

interface TracedCall {
  readonly entries: TraceEntry[]
  characters: number
}

/** What was said with carriers and phones beyond WebSockets in the last calls, for who looks at one. */
export class CallTraces {
  private readonly calls = new Map<string, TracedCall>()
  private readonly gateway: string

  constructor(gateway: string) {
    this.gateway = gateway
  }

  /** An INVITE begins a call; what else has its Call-ID belongs to it. */
  note(way: 'in' | 'out', text: string, address: NetworkAddress, atMs: number): void {
    const callId = headerIn(text, 'call-id', 'i')
    if (callId === undefined) return
    const call = this.calls.get(callId) ?? (text.startsWith('INVITE ') ? this.begin(callId) : undefined)
    if (!call || call.characters + text.length > MAX_TRACED_CHARACTERS) return
    call.characters += text.length
    const { socket: _, ...peer } = address
    call.entries.push(traceEntry({ at: atMs, peer: formatAddress(peer), gateway: this.gateway, way, text }, ''))
  }

  of(callId: string): readonly TraceEntry[] {
    return this.calls.get(callId)?.entries ?? []
  }

  private begin(callId: string): TracedCall {
    const call: TracedCall = { entries: [], characters: 0 }
    this.calls.set(callId, call)
    const [oldest] = this.calls.keys()
    if (this.calls.size > MAX_TRACED_CALLS && oldest !== undefined) this.calls.delete(oldest)
    return call
  }
}
