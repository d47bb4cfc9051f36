import { log } from '../log'
import { SocketGone } from './socket-gone'

/**
 * Handles the messages of one call in their order. Platform: frames start in order and interleave at every await
 * (2026-11); a CANCEL must not overtake its INVITE.
 */
export class CallOrder {
  /** The last message of each call that is being worked on. */
  private readonly last = new Map<string, Promise<void>>()

  async run(callId: string, work: () => Promise<void>): Promise<void> {
    const before = this.last.get(callId)
    const mine = (before ? before.then(work) : work()).catch((error: unknown) => {
      if (!(error instanceof SocketGone)) log('frame.failed', { callId, error: String(error) })
    })
    this.last.set(callId, mine)
    await mine
    if (this.last.get(callId) === mine) this.last.delete(callId)
  }
}
