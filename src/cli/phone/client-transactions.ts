import { randomToken } from '../../platform/random'
import { prependHeader } from '../../sip/message/edit'
import type { Message, Request, Response } from '../../sip/message/message'
import { MAGIC_COOKIE } from '../../sip/message/via'
import { type Client, startClient, stepClient } from '../../sip/transaction/client'
import type { ClientEffect } from '../../sip/transaction/effects'
import { clientTransactionKey } from '../../sip/transaction/key'
import type { TimerName } from '../../sip/transaction/timers'
import { ackOf, cancelOf } from '../../sip/uac/hop-by-hop'

export interface ClientEvents {
  /** Provisional and final ones; of an INVITE every 2xx. */
  onResponse(response: Response): void
  /** No final response came in time, or the connection is gone. */
  onFailed(why: 'timeout' | 'transport'): void
}

interface Running {
  client: Client
  readonly request: Request
  readonly events: ClientEvents
  readonly timers: Map<TimerName, NodeJS.Timeout>
}

/** The client transactions (RFC 3261 §17.1) of one connection, which is reliable: nothing is sent twice. */
export class ClientTransactions {
  private readonly running = new Map<string, Running>()
  private isStopped = false
  private readonly transport: 'WS' | 'WSS'
  private readonly sentBy: string
  private readonly send: (message: Message) => void

  /** `sentBy`: host of our Via. */
  constructor(transport: 'WS' | 'WSS', sentBy: string, send: (message: Message) => void) {
    this.transport = transport
    this.sentBy = sentBy
    this.send = send
  }

  /** `request`: without a Via. Answers it as it is sent. */
  start(request: Request, events: ClientEvents): Request {
    const whole = this.withVia(request)
    this.run(whole, events)
    return whole
  }

  /** RFC 3261 §13.2.2.4: the ACK for a 2xx is no part of the transaction, and has a branch of its own. */
  acknowledge(ack: Request): void {
    this.send(this.withVia(ack))
  }

  /** Settles with the final response; undefined when there was none. */
  ask(request: Request): Promise<Response | undefined> {
    return new Promise((resolve) => {
      this.start(request, {
        onResponse: (response) => response.status >= 200 && resolve(response),
        onFailed: () => resolve(undefined),
      })
    })
  }

  /** RFC 3261 §9.1: a transaction of its own, with the branch of the INVITE. Only after a provisional response. */
  cancel(invite: Request): void {
    this.run(cancelOf(invite), { onResponse: () => {}, onFailed: () => {} })
  }

  response(response: Response): void {
    const key = clientTransactionKey(response)
    const running = this.running.get(key)
    if (running) this.input(key, running, { type: 'response', status: response.status }, response)
  }

  /** The connection is gone, or is about to be. */
  stop(): void {
    this.isStopped = true
    for (const [key, running] of [...this.running]) {
      this.forget(key, running)
      running.events.onFailed('transport')
    }
  }

  private withVia(request: Request): Request {
    const via = `SIP/2.0/${this.transport} ${this.sentBy};branch=${MAGIC_COOKIE}${randomToken()}`
    return prependHeader(request, 'Via', via)
  }

  private run(request: Request, events: ClientEvents): void {
    if (this.isStopped) return queueMicrotask(() => events.onFailed('transport'))
    const { state, effects } = startClient(request.method, true)
    const running = { client: state, request, events, timers: new Map() }
    const key = clientTransactionKey(request)
    this.running.set(key, running)
    this.perform(key, running, effects)
  }

  private input(key: string, running: Running, input: Parameters<typeof stepClient>[1], response?: Response): void {
    const { state, effects } = stepClient(running.client, input)
    running.client = state
    this.perform(key, running, effects, response)
  }

  private perform(key: string, running: Running, effects: readonly ClientEffect[], response?: Response): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'send-request':
          this.send(running.request)
          break
        case 'send-ack':
          if (response) this.send(ackOf(running.request, response))
          break
        case 'deliver':
          if (response) running.events.onResponse(response)
          break
        case 'timeout':
          running.events.onFailed('timeout')
          break
        case 'transport-failed':
          running.events.onFailed('transport')
          break
        case 'start-timer':
          this.startTimer(key, running, effect.timer, effect.afterMs)
          break
        case 'stop-timer':
          clearTimeout(running.timers.get(effect.timer))
          break
        case 'terminate':
          this.forget(key, running)
      }
    }
  }

  private startTimer(key: string, running: Running, timer: TimerName, afterMs: number): void {
    clearTimeout(running.timers.get(timer))
    const fire = () => this.input(key, running, { type: 'timer', timer } as Parameters<typeof stepClient>[1])
    running.timers.set(timer, setTimeout(fire, afterMs))
  }

  private forget(key: string, running: Running): void {
    for (const timer of running.timers.values()) clearTimeout(timer)
    this.running.delete(key)
  }
}
