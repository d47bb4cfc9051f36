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
    const known = this.known()
    if (known.length >= atMost) {
      for (const key of known) if (!(await isUnderWay(this.env, key.slice(ROW.length)))) this.storage.kv.delete(key)
      // Meanwhile another call may have taken the place.
      if (this.known().length >= atMost) return false
    }
    this.storage.kv.put(ROW + id, Date.now())
    return true
  }

  private known(): string[] {
    return [...this.storage.kv.list<number>({ prefix: ROW })].map(([key]) => key)
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
