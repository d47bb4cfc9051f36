import type { ContextAddress } from '../../sip/outbound/tokens'
import { headerIn } from '../../sip/trace/summary'
import type { Noted } from './call-traces'
import type { Host } from './host'

/** What is on the wire of one socket, as the ladders of its calls note it. */
export class WireNotes {
  private readonly host: Host
  private readonly tag: string
  /** The message of each call that is being worked on. */
  private readonly atHand = new Map<string, { readonly text: string; noted: Noted | undefined }>()

  constructor(host: Host, tag: string) {
    this.host = host
    this.tag = tag
  }

  /** Works on a message that came in. `beginsCall`: it is the INVITE of a new one. */
  async during(callId: string, text: string, beginsCall: boolean, work: () => Promise<void>): Promise<void> {
    this.atHand.set(callId, { text, noted: this.host.traces.received(this.tag, callId, text, beginsCall) })
    try {
      await work()
    } finally {
      this.atHand.delete(callId)
    }
  }

  /** The message at hand belongs to a context: after a wake its ladder goes on. */
  belongsTo(callId: string, id: ContextAddress): void {
    const { traces } = this.host
    const atHand = this.atHand.get(callId)
    if (!atHand || atHand.noted || !this.host.isHere(id)) return
    traces.goOn(this.tag, callId, id)
    atHand.noted = traces.received(this.tag, callId, atHand.text, false)
  }

  /** The message at hand went along its dialog, as it is. */
  wentThrough(callId: string): void {
    this.atHand.get(callId)?.noted?.({ through: true })
  }

  /** A message has left that came along the dialog of a context, or, where that is not said, without one. */
  delivered(text: string, along: ContextAddress | undefined): void {
    if (along !== undefined && this.host.isHere(along))
      this.host.traces.goOn(this.tag, headerIn(text, 'call-id', 'i') ?? '', along)
    this.host.traces.sent(this.tag, text, false)
  }

  /** A message of our own, or of a context in this object, has left. */
  sent(text: string): void {
    this.host.traces.sent(this.tag, text, true)
  }
}
