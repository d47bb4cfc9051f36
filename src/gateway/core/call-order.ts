import type { Log } from '../log'

/** One message of a call after the other; those of different calls don't wait for each other. */
export class CallOrder {
  private readonly last = new Map<string, Promise<void>>()
  private readonly log: Log

  constructor(log: Log) {
    this.log = log
  }

  async run(callId: string, work: () => Promise<void>): Promise<void> {
    const before = this.last.get(callId) ?? Promise.resolve()
    const mine = before.then(work).catch((error: unknown) => {
      this.log('error', 'message.failed', { callId, error: String(error) })
    })
    this.last.set(callId, mine)
    await mine
    if (this.last.get(callId) === mine) this.last.delete(callId)
  }
}
