import { amountToday, costToday, dayOf, type Spending, withCall } from '../../dispatcher/spending'
import { type DialogRecord, type PricedCall, pricedCall } from '../../sip/proxy/dialog-record'
import { flowStub } from '../addresses'
import { callObject } from '../call-object'

const ROW = 'call:'
const SPENT = 'spent'
/** A call that was admitted less long ago may not have begun where it is relayed. */
const BEGINS_WITHIN_MS = 10_000

/** What a subscriber may have. */
export interface Allowance {
  /** Calls at once. */
  readonly atMost?: number | undefined
  readonly spendPerDay?: number | undefined
}

/**
 * The calls that one subscriber has at once, a row each, and what those that have ended have cost today. Nothing counts down: a
 * call is over when the object that relays it knows it no longer, which is asked when the limit is reached, and with a limit of
 * money for each new call. A call tells what it has cost before it is forgotten; its row is there until then, so that what is
 * told twice counts once. Calls are named by the addresses of their contexts.
 */
export class CountedCalls {
  private readonly storage: DurableObjectStorage
  private readonly env: Env

  constructor(storage: DurableObjectStorage, env: Env) {
    this.storage = storage
    this.env = env
  }

  get isEmpty(): boolean {
    const spent = this.storage.kv.get<Spending>(SPENT)
    return this.known().length === 0 && spent?.day !== dayOf(Date.now())
  }

  /** Counts a call; otherwise says what there is too much of. */
  async admit(id: string, { atMost, spendPerDay }: Allowance): Promise<'admitted' | 'calls' | 'money'> {
    if (spendPerDay !== undefined && (await this.spentToday()) >= spendPerDay) return 'money'
    if (atMost !== undefined && this.known().length >= atMost && (await this.underWay()) >= atMost) return 'calls'
    this.storage.kv.put(ROW + id, Date.now())
    return 'admitted'
  }

  /** A call has ended, and says so maybe twice. */
  ended(id: string, call: PricedCall): void {
    const { kv } = this.storage
    if (kv.get(ROW + id) === undefined) return
    kv.delete(ROW + id)
    kv.put<Spending>(SPENT, withCall(kv.get<Spending>(SPENT), call, Date.now()))
  }

  /** How many there are when all have been asked: meanwhile another call may have taken a place. */
  private async underWay(): Promise<number> {
    const over = new Set<string>()
    for (const call of this.known()) if ((await this.ask(call)) === 'over') over.add(call)
    for (const call of over) this.drop(call)
    return this.known().filter((call) => !over.has(call)).length
  }

  /** With what those that are going on have cost so far. One that can't be asked costs nothing yet. */
  private async spentToday(): Promise<number> {
    const answers = await Promise.all(this.known().map(async (call) => [call, await this.ask(call)] as const))
    let running = 0
    for (const [call, answer] of answers) {
      const priced = typeof answer === 'object' ? pricedCall(answer) : undefined
      if (answer === 'over') this.drop(call)
      else if (priced?.endedAtMs !== undefined) this.ended(call, priced)
      else if (priced && this.storage.kv.get(ROW + call) !== undefined) running += costToday(priced, Date.now())
    }
    return running + amountToday(this.storage.kv.get<Spending>(SPENT), Date.now())
  }

  /** Unless it may begin yet, and cost something. */
  private drop(call: string): void {
    const admittedAtMs = this.storage.kv.get<number>(ROW + call) ?? 0
    if (Math.abs(Date.now() - admittedAtMs) >= BEGINS_WITHIN_MS) this.storage.kv.delete(ROW + call)
  }

  private known(): string[] {
    return [...this.storage.kv.list({ prefix: ROW })].map(([key]) => key.slice(ROW.length))
  }

  /** `unknown`: it can't be asked, and counts. */
  private async ask(call: string): Promise<DialogRecord | 'over' | 'unknown'> {
    try {
      const { stub, tag } = flowStub(this.env, call)
      return (await callObject(() => stub.describe(tag))) ?? 'over'
    } catch {
      return 'unknown'
    }
  }
}
