import { flowStub } from '../addresses'
import { callObject } from '../call-object'

const ROW = 'call:'

/**
 * The calls that one subscriber has at once, a row each. Nothing counts down: a call is over when the object that relays it knows
 * it no longer, which is asked only when the limit is reached.
 */
export class CountedCalls {
  private readonly storage: DurableObjectStorage
  private readonly env: Env

  constructor(storage: DurableObjectStorage, env: Env) {
    this.storage = storage
    this.env = env
  }

  get isEmpty(): boolean {
    return [...this.storage.kv.list({ prefix: ROW, limit: 1 })].length === 0
  }

  async admit(id: string, atMost: number): Promise<boolean> {
    const { kv } = this.storage
    const known = [...kv.list<number>({ prefix: ROW })].map(([key]) => key)
    let left = known.length
    if (left >= atMost) {
      for (const key of known) {
        if (await isUnderWay(this.env, key.slice(ROW.length))) continue
        kv.delete(key)
        left--
      }
    }
    if (left >= atMost) return false
    kv.put(ROW + id, Date.now())
    return true
  }
}

/** One that can't be asked counts. */
async function isUnderWay(env: Env, call: string): Promise<boolean> {
  try {
    const { stub, tag } = flowStub(env, call)
    return (await callObject(() => stub.describe(tag))) !== undefined
  } catch {
    return true
  }
}
