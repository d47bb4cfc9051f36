import { prependHeader } from '../../sip/message/edit'
import type { Request, Response } from '../../sip/message/message'
import { toFrame } from '../../sip/message/serialize'
import { branchOf, MAGIC_COOKIE, topVia } from '../../sip/message/via'
import { viaFor } from '../../sip/proxy/forward'
import {
  type ClientNonInvite,
  type ClientNonInviteInput,
  startClientNonInvite,
  stepClientNonInvite,
} from '../../sip/transaction/client-non-invite'
import type { ClientEffect } from '../../sip/transaction/effects'
import type { TimerName } from '../../sip/transaction/timers'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { Ports } from './ports'

export type OwnOutcome = { readonly response: Response } | { readonly failed: 'timeout' | 'transport' }

interface Waiting {
  client: ClientNonInvite
  readonly request: Request
  readonly to: NetworkAddress
  readonly timers: Map<TimerName, NodeJS.Timeout>
  settle(outcome: OwnOutcome): void
}

/** Requests of the gateway itself: probes, and REGISTER for trunks. Each is a client transaction (RFC 3261 §17.1.2). */
export class OwnRequests {
  /** How many were sent since the start, by method. */
  readonly counters: Record<string, number> = {}
  private readonly waiting = new Map<string, Waiting>()
  private readonly ports: Ports
  private readonly sentBy: (to: NetworkAddress) => string

  constructor(ports: Ports, sentBy: (to: NetworkAddress) => string) {
    this.ports = ports
    this.sentBy = sentBy
  }

  /** Settles with the final response, or that there was none. `request`: without a Via. */
  send(request: Request, to: NetworkAddress): Promise<OwnOutcome> {
    const branch = `${MAGIC_COOKIE}g.${this.ports.random()}`
    this.counters[request.method] = (this.counters[request.method] ?? 0) + 1
    return new Promise((resolve) => {
      const via = `${viaFor(to.transport, this.sentBy(to), branch)};rport`
      const { state, effects } = startClientNonInvite(to.transport !== 'UDP')
      const waiting: Waiting = {
        client: state,
        request: prependHeader(request, 'Via', via),
        to,
        timers: new Map(),
        settle: resolve,
      }
      this.waiting.set(branch, waiting)
      this.perform(branch, waiting, effects)
    })
  }

  /** A response with a branch of ours. One that comes too late finds nobody. */
  response(response: Response): void {
    const via = topVia(response)
    const branch = (via && branchOf(via)) ?? ''
    const waiting = this.waiting.get(branch)
    if (waiting) this.input(branch, waiting, { type: 'response', status: response.status }, response)
  }

  stop(): void {
    for (const { timers } of this.waiting.values()) for (const timer of timers.values()) clearTimeout(timer)
    this.waiting.clear()
  }

  private input(branch: string, waiting: Waiting, input: ClientNonInviteInput, response?: Response): void {
    const { state, effects } = stepClientNonInvite(waiting.client, input)
    waiting.client = state
    this.perform(branch, waiting, effects, response)
  }

  private perform(branch: string, waiting: Waiting, effects: readonly ClientEffect[], response?: Response): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'send-request':
          this.transmit(branch, waiting)
          break
        case 'deliver':
          if (response && response.status >= 200) waiting.settle({ response })
          break
        case 'timeout':
          waiting.settle({ failed: 'timeout' })
          break
        case 'transport-failed':
          waiting.settle({ failed: 'transport' })
          break
        case 'start-timer':
          this.startTimer(branch, waiting, effect.timer as 'E' | 'F' | 'K', effect.afterMs)
          break
        case 'stop-timer':
          clearTimeout(waiting.timers.get(effect.timer))
          break
        case 'terminate':
          for (const timer of waiting.timers.values()) clearTimeout(timer)
          this.waiting.delete(branch)
      }
    }
  }

  private transmit(branch: string, waiting: Waiting): void {
    this.ports.toNetwork(toFrame(waiting.request), waiting.to).catch(() => {
      this.input(branch, waiting, { type: 'transport-error' })
    })
  }

  private startTimer(branch: string, waiting: Waiting, timer: 'E' | 'F' | 'K', afterMs: number): void {
    clearTimeout(waiting.timers.get(timer))
    waiting.timers.set(
      timer,
      setTimeout(() => this.input(branch, waiting, { type: 'timer', timer }), afterMs),
    )
  }
}
