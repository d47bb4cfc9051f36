import type { Mac } from '../../sip/auth/algorithm'
import { type FlowAddress, splitFlowAddress } from '../../sip/outbound/flow-address'
import { type FlowCalls, flowStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'

/**
 * How many events within `BUSY_WINDOW_MS` make their copies at once; those that follow share one, that much later. Platform: an
 * object with a timer does not hibernate (2026-11), so a later copy is as good. Phones hardly come that far; gateways and objects with
 * many sockets do.
 */
export const COPIES_AT_ONCE = 4
export const BUSY_WINDOW_MS = 100

/** Has something in memory that must survive hibernation. */
export interface Keeper {
  /** Makes the copy. */
  keep(): void
}

/** The object that sockets and relayed requests live in, and its way to the others: what is here needs no call. */
export class Host {
  readonly env: Env
  readonly mac: Mac
  /** Compact id of this object. */
  readonly object: string
  /** Whose copies are older than what is in memory. */
  readonly changed = new Set<Keeper>()
  private eventsUnderWay = 0
  private window = { sinceMs: 0, copies: 0 }
  private keeping: ReturnType<typeof setTimeout> | undefined
  private readonly self: FlowCalls
  private readonly toSocket: (tag: string, parcel: Parcel) => Delivery

  constructor(
    here: { readonly env: Env; readonly mac: Mac; readonly object: string; readonly self: FlowCalls },
    toSocket: (tag: string, parcel: Parcel) => Delivery,
  ) {
    this.env = here.env
    this.mac = here.mac
    this.object = here.object
    this.self = here.self
    this.toSocket = toSocket
  }

  /**
   * Runs what one event causes. The copies are made when the last event that is under way ends, or a little later: an object
   * with an event under way does not hibernate, and a crash takes the copies with the sockets.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.eventsUnderWay++
    try {
      return await work()
    } finally {
      this.eventsUnderWay--
      if (this.eventsUnderWay === 0) this.keepSoon()
    }
  }

  private keepSoon(): void {
    if (this.changed.size === 0 || this.keeping !== undefined) return
    const nowMs = Date.now()
    if (nowMs - this.window.sinceMs >= BUSY_WINDOW_MS) this.window = { sinceMs: nowMs, copies: 0 }
    if (this.window.copies++ < COPIES_AT_ONCE) this.keepAll()
    else this.keeping = setTimeout(() => this.keepAll(), BUSY_WINDOW_MS)
  }

  private keepAll(): void {
    this.keeping = undefined
    for (const keeper of this.changed) keeper.keep()
    this.changed.clear()
  }

  isHere(address: string): boolean {
    return splitFlowAddress(address).object === this.object
  }

  /** Calls the object of a flow or of a response context, with the part of the address that says which one in there. */
  async call<T>(address: string, method: (object: FlowCalls, name: string) => Promise<T>): Promise<T> {
    if (this.isHere(address)) return method(this.self, splitFlowAddress(address).tag)
    return callObject(() => {
      const { stub, tag } = flowStub(this.env, address)
      return method(stub, tag)
    })
  }

  /** To a socket of this very object, at once. */
  deliverHere(address: FlowAddress, parcel: Parcel): Delivery {
    return this.toSocket(splitFlowAddress(address).tag, parcel)
  }

  /** `unknown`: the call failed, and the message may have been sent or not. */
  async deliver(address: FlowAddress, parcel: Parcel): Promise<Delivery | 'unknown'> {
    try {
      return await this.call(address, (object, tag) => object.deliver(tag, parcel))
    } catch (error) {
      log('flow.failed', { flow: address, error: String(error) })
      return 'unknown'
    }
  }
}
