import { byteLength } from '../sip/message/octets'
import type { Json } from '../sip/proxy/response-context'

/** Longest key of the shared store, in bytes. */
export const MAX_SHARED_KEY = 256
/** Largest value, in bytes of JSON. */
export const MAX_SHARED_VALUE = 32_768
/** Longest time to live: a year. */
export const MAX_TTL_SECONDS = 31_536_000

export interface TimeToLive {
  /** 1 to 31,536,000 (a year), fractions allowed. Without it the value stays until it is deleted. */
  readonly ttlSeconds?: number
}

/** Where the shared values really are: JSON text by key, with one clock for each key. */
export interface SharedRows {
  read(key: string): Promise<string | undefined>
  write(key: string, json: string, ttlMs: number | undefined): Promise<void>
  remove(key: string): Promise<boolean>
  /** Undefined when what is there is no number, or the sum is none that can be counted on. */
  add(key: string, by: number, ttlMs: number | undefined): Promise<number | undefined>
}

/**
 * Values that all requests share, wherever they are handled. For each key there is one order of all operations, everywhere
 * (linearizable), and what was written is durable; several keys are not changed together. Keys have up to 256 bytes, values
 * 32 KiB as JSON; what breaks these limits throws. An operation is a call to another object, which may be far away: not
 * free, and it rejects when that can't be reached.
 *
 * @example
 * const calls = await c.shared.increment(`calls ${c.identity}`, 1, { ttlSeconds: 60 })
 */
export class SharedStore {
  private readonly rows: SharedRows

  constructor(rows: SharedRows) {
    this.rows = rows
  }

  /** Undefined when there is none, or it has expired. */
  async get(key: string): Promise<Json | undefined> {
    const json = await this.rows.read(checked(key))
    return json === undefined ? undefined : JSON.parse(json)
  }

  /** Replaces value and time to live. */
  async set(key: string, value: Json, { ttlSeconds }: TimeToLive = {}): Promise<void> {
    const json = JSON.stringify(value)
    if (json === undefined) throw new Error('a shared value is JSON')
    const bytes = byteLength(json)
    if (bytes > MAX_SHARED_VALUE) throw new Error(`a shared value has ${bytes} bytes, ${MAX_SHARED_VALUE} are allowed`)
    await this.rows.write(checked(key), json, milliseconds(ttlSeconds))
  }

  /** Answers whether there was one. */
  async delete(key: string): Promise<boolean> {
    return this.rows.remove(checked(key))
  }

  /**
   * Adds to a number and answers with the sum; what is not there counts as 0. The time to live begins with the first
   * increment and is not prolonged by the next: a window. Throws for a value that is no number. Counts twice when the object
   * that holds the key was reset in that very moment.
   */
  async increment(key: string, by = 1, { ttlSeconds }: TimeToLive = {}): Promise<number> {
    if (!Number.isSafeInteger(by)) throw new Error(`not a whole number: ${by}`)
    const sum = await this.rows.add(checked(key), by, milliseconds(ttlSeconds))
    if (sum === undefined) throw new Error(`the shared value of ${JSON.stringify(key)} can't be counted up`)
    return sum
  }
}

function checked(key: string): string {
  const bytes = byteLength(key)
  if (bytes === 0 || bytes > MAX_SHARED_KEY)
    throw new Error(`a shared key has 1 to ${MAX_SHARED_KEY} bytes, this one has ${bytes}`)
  return key
}

function milliseconds(ttlSeconds: number | undefined): number | undefined {
  if (ttlSeconds === undefined) return undefined
  if (!(ttlSeconds >= 1 && ttlSeconds <= MAX_TTL_SECONDS))
    throw new Error(`ttlSeconds is 1 to ${MAX_TTL_SECONDS}, not ${ttlSeconds}`)
  return Math.ceil(ttlSeconds * 1_000)
}
