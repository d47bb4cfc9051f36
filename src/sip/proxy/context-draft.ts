import type { TimerName } from '../transaction/timers'
import { type DialogRecord, pricedCall } from './dialog-record'
import type { Branch, ContextEffect, ContextTimer, ResponseContext } from './response-context'

/** A context in the making: it is replaced, never changed, and gathers the effects of one step. */
export class ContextDraft {
  readonly effects: ContextEffect[] = []
  context: ResponseContext
  protected readonly nowMs: number

  constructor(context: ResponseContext, nowMs: number) {
    this.context = context
    this.nowMs = nowMs
  }

  protected record(record: DialogRecord): void {
    this.update({ dialog: record })
    this.effects.push({ type: 'record', record })
    const { spender } = this.context
    const call = spender === undefined ? undefined : pricedCall(record)
    if (spender !== undefined && call) this.effects.push({ type: 'spent', aor: spender, call })
  }

  protected update(change: Partial<ResponseContext>): void {
    this.context = { ...this.context, ...change }
  }

  protected branch(index: number, change: Partial<Branch>): void {
    const branch = this.context.branches[index]
    if (branch) this.update({ branches: this.context.branches.with(index, { ...branch, ...change }) })
  }

  /** Of the transaction timers only B and F run over WebSocket: the others are zero there, or guard an ACK or a 2xx. */
  protected clientTimer(index: number, timer: TimerName, afterMs: number): void {
    if (this.context.lingers) return this.startTimer(timer, afterMs, index)
    if (timer === 'B' || timer === 'F') this.startTimer(timer, this.context.options.noResponseMs ?? afterMs, index)
  }

  protected startTimer(timer: ContextTimer['timer'], afterMs: number, branch?: number): void {
    this.stopTimer(timer, branch)
    const entry = { timer, atMs: this.nowMs + afterMs, ...(branch === undefined ? {} : { branch }) }
    this.update({ timers: [...this.context.timers, entry] })
  }

  protected stopTimer(timer: string, branch?: number): void {
    this.update({ timers: this.context.timers.filter((t) => t.timer !== timer || t.branch !== branch) })
  }
}
