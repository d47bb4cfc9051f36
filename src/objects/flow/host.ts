import type { Mac } from '../../sip/auth/algorithm'
import { type FlowAddress, splitFlowAddress } from '../../sip/outbound/flow-address'
import { type FlowCalls, flowStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'
import type { Delivery, Parcel } from '../parcel'

/** The object that sockets and relayed requests live in, and its way to the others: what is here needs no call. */
export class Host {
  readonly env: Env
  readonly mac: Mac
  /** Compact id of this object. */
  readonly object: string
  /** Connections whose state has changed since their copies that survive hibernation were made. */
  readonly changed = new Set<{ keep(): void }>()
  private eventsUnderWay = 0
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
   * Runs what one event causes. The copies are made once, when the last event that is under way ends: an object with an
   * event under way does not hibernate, and a crash takes the copies with the sockets.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.eventsUnderWay++
    try {
      return await work()
    } finally {
      this.eventsUnderWay--
      if (this.eventsUnderWay === 0) this.keepAll()
    }
  }

  private keepAll(): void {
    for (const connection of this.changed) connection.keep()
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
