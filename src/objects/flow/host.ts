import type { Mac } from '../../sip/auth/algorithm'
import { type FlowAddress, splitFlowAddress } from '../../sip/outbound/flow-address'
import { type FlowCalls, flowStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'
import type { CallTraces } from './call-traces'
import { FloodWatch } from './flood-watch'
import { HeldRequests } from './held-requests'

/**
 * How long after a copy of what an object has in memory the next one is made. Platform: an object with a timer does not hibernate
 * (2026-11), so a copy that waits for a few events is as good as one for each of them.
 */
export const KEEP_EVERY_MS = 50

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
  readonly floods: FloodWatch
  readonly held = new HeldRequests()
  readonly traces: CallTraces
  /** Whose copies are older than what is in memory. */
  readonly changed = new Set<Keeper>()
  private eventsUnderWay = 0
  private keptAtMs = 0
  private keeping: ReturnType<typeof setTimeout> | undefined
  private readonly self: FlowCalls
  private readonly toSocket: (tag: string, parcel: Parcel) => Delivery

  constructor(
    here: { readonly env: Env; readonly mac: Mac; readonly object: string; readonly self: FlowCalls },
    toSocket: (tag: string, parcel: Parcel) => Delivery,
    traces: CallTraces,
  ) {
    this.env = here.env
    this.traces = traces
    this.floods = new FloodWatch(here.env)
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
      this.traces.tellSilent()
      if (this.eventsUnderWay === 0) this.keepSoon()
    }
  }

  private keepSoon(): void {
    if (this.changed.size === 0 || this.keeping !== undefined) return
    const waitMs = this.keptAtMs + KEEP_EVERY_MS - Date.now()
    if (waitMs <= 0) this.keepAll()
    else this.keeping = setTimeout(() => this.keepAll(), waitMs)
  }

  private keepAll(): void {
    this.keeping = undefined
    this.keptAtMs = Date.now()
    const changed = [...this.changed]
    this.changed.clear()
    for (const keeper of changed) {
      try {
        keeper.keep()
      } catch (error) {
        // What one socket can't keep must not cost the others of this object what is theirs.
        log('state.unkept', { object: this.object, error: String(error) })
      }
    }
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
