import { type TraceEntry, traceEntry } from '../../sip/trace/entry'
import { headerIn } from '../../sip/trace/summary'
import { formatAddress, type NetworkAddress } from '../../sip/transport/hop'

/** Calls whose messages are remembered; the oldest is forgotten. */
export const MAX_TRACED_CALLS = 500
/** Characters of messages that are kept of one call: the first ones, since a call is understood from its beginning. */
export const MAX_TRACED_CHARACTERS = 80_000

/** What was said with carriers and phones beyond WebSockets in the last calls, for who looks at one. */
export class CallTraces {
  private readonly calls = new Map<string, TraceEntry[]>()
  private readonly gateway: string

  constructor(gateway: string) {
    this.gateway = gateway
  }

  /** An INVITE begins a call; what else has its Call-ID belongs to it. */
  note(way: 'in' | 'out', text: string, address: NetworkAddress, atMs: number): void {
    const callId = headerIn(text, 'call-id', 'i')
    if (callId === undefined) return
    const entries = this.calls.get(callId) ?? (text.startsWith('INVITE ') ? this.begin(callId) : undefined)
    const { socket: _, ...peer } = address
    const length = entries?.reduce((sum, entry) => sum + entry.text.length, text.length)
    if (!entries || (length ?? 0) > MAX_TRACED_CHARACTERS) return
    entries.push(traceEntry({ at: atMs, peer: formatAddress(peer), gateway: this.gateway, way, text }, ''))
  }

  of(callId: string): readonly TraceEntry[] {
    return this.calls.get(callId) ?? []
  }

  private begin(callId: string): TraceEntry[] {
    const entries: TraceEntry[] = []
    this.calls.set(callId, entries)
    const [oldest] = this.calls.keys()
    if (this.calls.size > MAX_TRACED_CALLS && oldest !== undefined) this.calls.delete(oldest)
    return entries
  }
}
