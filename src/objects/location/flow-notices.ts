import type { Binding } from '../../sip/registrar/binding'
import { attached } from '../../sip/registrar/bindings'
import { othersOf } from '../../sip/registrar/flow-registration'
import { type FlowStub, flowStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'

/** The location whose flows are told. */
export interface NoticeSource {
  readonly aor: string
  /** Its bindings now. */
  load(): readonly Binding[]
  /** A flow turned out to be gone. */
  onGone(flow: string, key: string): Promise<void>
}

/** Tells the flows of one address-of-record what they must know, one change after the other, so that the newest is the last. */
export class FlowNotices {
  private telling: Promise<void> = Promise.resolve()
  private readonly env: Env
  private readonly source: NoticeSource

  constructor(env: Env, source: NoticeSource) {
    this.env = env
    this.source = source
  }

  /**
   * Flows answer the refreshes of their phones: those that lost a binding must stop, the others list what is new. The
   * origin knows from its own answer. Settles when all have been told that can be.
   */
  changed(before: readonly Binding[], origin?: string): Promise<void> {
    this.telling = this.telling.then(() => this.tellAll(before, origin))
    return this.telling
  }

  /** The phones of the address must tell of their calls, or need not any more. Behind a gateway each call asks for itself. */
  watched(isWatched: boolean): Promise<void> {
    this.telling = this.telling.then(async () => {
      for (const { flow, exact } of attached(this.source.load(), Date.now()))
        if (!exact) await this.tell(flow, ({ stub, tag }) => stub.watched(tag, this.source.aor, isWatched))
    })
    return this.telling
  }

  /** What was proved for the address holds no longer. */
  async revoked(bindings: readonly Binding[]): Promise<void> {
    for (const { flow } of bindings) await this.tell(flow, ({ stub, tag }) => stub.revoke(tag, this.source.aor))
  }

  /** A phone is back that a request waits for. A notice that is lost is made up for when the request has waited long enough. */
  returned(waiter: string, instance: string, flow: string): Promise<void> {
    return this.tell(waiter, ({ stub }) => stub.returned({ aor: this.source.aor, instance }, flow))
  }

  private async tellAll(before: readonly Binding[], origin: string | undefined): Promise<void> {
    const { aor, load } = { aor: this.source.aor, load: () => this.source.load() }
    // A detached binding has no socket to be told.
    const lost = attached(before, Date.now()).filter(
      (old) => !old.exact && !load().some((b) => b.key === old.key && b.flow === old.flow),
    )
    for (const { flow, key, updatedAtMs } of lost) {
      if (flow !== origin) await this.tell(flow, ({ stub, tag }) => stub.unbound(tag, aor, key, updatedAtMs))
    }
    for (const { flow, key, exact } of attached(load(), Date.now())) {
      if (flow !== origin && !exact) await this.tell(flow, (to) => this.tellOthers(to, flow, key))
    }
  }

  private async tellOthers({ stub, tag }: FlowStub, flow: string, key: string): Promise<void> {
    const all = this.source.load()
    const binding = all.find((b) => b.key === key && b.flow === flow)
    if (!binding) return
    const isThere = await stub.bindingsChanged(tag, this.source.aor, key, othersOf(binding, all))
    if (!isThere) await this.source.onGone(flow, key)
  }

  /** A flow that can't be told finds out when its lease ends and it must ask again. */
  private async tell(flow: string, message: (to: FlowStub) => Promise<void>): Promise<void> {
    try {
      await callObject(() => message(flowStub(this.env, flow)))
    } catch (error) {
      log('flow.untold', { aor: this.source.aor, flow, error: String(error) })
    }
  }
}
