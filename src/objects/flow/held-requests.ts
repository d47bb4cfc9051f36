import type { Request } from '../../sip/message/message'
import {
  aheadOf,
  cancelledBy,
  type DialogRequest,
  type HeldRequest,
  HOLD_MS,
  isFor,
  mayWait,
} from '../../sip/proxy/held-requests'
import type { DialogParty } from '../../sip/proxy/in-dialog'
import { log } from '../log'

/** What becomes of a request whose end is back, or whose time is over: then there is no flow. */
type Release = (flow: string | undefined) => Promise<void>

interface Waiting extends HeldRequest {
  /** The socket that it came on. */
  readonly socket: string
  readonly release: Release
}

/**
 * Requests inside dialogs that wait for an end that is between two sockets. In memory alone: an object with a timer does not
 * hibernate, and after a crash the senders' own timers end what waited here.
 */
export class HeldRequests {
  private held: readonly Waiting[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  mayWait(request: Request): boolean {
    return mayWait(request, this.held)
  }

  /** Whom an earlier request of the same dialog waits for. */
  awaited(message: DialogRequest): DialogParty | undefined {
    return aheadOf(this.held, message)?.party
  }

  hold(message: DialogRequest, party: DialogParty, socket: string, release: Release): void {
    log('request.held', { method: message.request.method, aor: party.aor })
    this.keep([...this.held, { ...message, party, untilMs: Date.now() + HOLD_MS, socket, release }])
  }

  /** The INVITE that a CANCEL ends before it has left. */
  withdraw(cancel: Request, socket: string): Request | undefined {
    const invite = cancelledBy(
      this.held.filter((each) => each.socket === socket),
      cancel,
    )
    this.keep(this.held.filter((each) => each !== invite))
    return invite?.request
  }

  /** An end is back: what waited for it goes out in the order in which it came. */
  returned(party: DialogParty, flow: string): Promise<void> {
    return this.releaseAll((each) => isFor(each, party), flow)
  }

  /** One after the other; what comes meanwhile for the same end goes behind. */
  private async releaseAll(which: (each: Waiting) => boolean, flow: string | undefined): Promise<void> {
    for (let next = this.held.find(which); next; next = this.held.find(which)) {
      const released = next
      this.keep(this.held.filter((each) => each !== released))
      await released.release(flow)
    }
  }

  /** A timer that is left keeps its object awake. */
  private keep(held: readonly Waiting[]): void {
    this.held = held
    const [first] = held
    if (!first) {
      clearTimeout(this.timer)
      this.timer = undefined
    } else this.timer ??= setTimeout(() => this.elapsed(), Math.max(0, first.untilMs - Date.now()))
  }

  private elapsed(): void {
    this.timer = undefined
    const nowMs = Date.now()
    void this.releaseAll(({ untilMs }) => untilMs <= nowMs, undefined)
    this.keep(this.held)
  }
}
