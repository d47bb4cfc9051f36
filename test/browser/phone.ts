import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Account } from '../support/admin-api'
import { Wire } from '../support/wire'
import type { CallState, MediaStats, PhoneApi, PhoneEvent } from './pages/phone-api'

export type Client = 'jssip' | 'sipjs'
type Action = Exclude<keyof PhoneApi, 'state' | 'events' | 'start'>

const WAIT = { timeout: 15_000 }
const TONE_TOLERANCE_HZ = 20

/** One phone page in the browser, with the SIP messages that went over its WebSocket. */
export class Phone {
  readonly page: Page
  readonly account: Account
  readonly toneHz: number
  readonly wire = new Wire()

  constructor(page: Page, account: Account, toneHz: number) {
    this.page = page
    this.account = account
    this.toneHz = toneHz
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => this.wire.add('sent', String(payload)))
      socket.on('framereceived', ({ payload }) => this.wire.add('received', String(payload)))
    })
  }

  get aor(): string {
    return this.account.aor
  }

  /** Calls a method of `PhoneApi` in the page. */
  async does<A extends Action>(action: A, ...args: Parameters<NonNullable<PhoneApi[A]>>): Promise<void> {
    await this.page.evaluate(
      ([name, values]) => {
        const method = globalThis.phone[name] as ((...values: unknown[]) => void) | undefined
        if (!method) throw new Error(`this phone cannot ${name}`)
        method(...values)
      },
      [action, args] as const,
    )
  }

  async registers(): Promise<void> {
    await this.does('register')
    await this.notes('registered')
  }

  /** Waits until the call has this state. */
  async reaches(state: CallState): Promise<void> {
    const arrived = (wanted: CallState) => globalThis.phone.state === wanted
    await this.page.waitForFunction(arrived, state, WAIT).catch(async () => {
      const now = await this.page.evaluate(() => globalThis.phone.state)
      throw new Error(`${this.aor} should be ${state} and is ${now}; it noted ${JSON.stringify(await this.events())}`)
    })
  }

  /** Waits for an event of the page and returns it. */
  async notes(name: string, matching: Partial<PhoneEvent> = {}): Promise<PhoneEvent> {
    const wanted = { ...matching, name }
    await expect.poll(() => this.events(), WAIT).toContainEqual(expect.objectContaining(wanted))
    const entries = Object.entries(wanted) as [keyof PhoneEvent, unknown][]
    const found = (await this.events()).find((event) => entries.every(([key, value]) => event[key] === value))
    if (!found) throw new Error(`no ${name}`)
    return found
  }

  events(): Promise<PhoneEvent[]> {
    return this.page.evaluate(() => globalThis.phone.events)
  }

  stats(): Promise<MediaStats> {
    return this.page.evaluate(() => globalThis.media.stats())
  }

  /** The other phone's own tone arrives here, in packets that keep coming. */
  async hears(other: { readonly toneHz: number }): Promise<void> {
    const before = await this.stats()
    await expect
      .poll(async () => (await this.stats()).packetsReceived, WAIT)
      .toBeGreaterThan(before.packetsReceived + 10)
    await expect
      .poll(async () => Math.abs((await this.stats()).heardHz - other.toneHz), WAIT)
      .toBeLessThan(TONE_TOLERANCE_HZ)
    expect((await this.stats()).totalAudioEnergy).toBeGreaterThan(before.totalAudioEnergy)
  }

  async hearsNothing(): Promise<void> {
    await expect.poll(async () => (await this.stats()).heardHz, WAIT).toBe(0)
  }

  trace(): string {
    return `---- ${this.aor} (${this.page.url()}) ----\n${this.wire}`
  }
}

/** Both directions of the call carry the right tone. */
export async function talk(a: Phone, b: Phone): Promise<void> {
  await a.reaches('talking')
  await b.reaches('talking')
  await a.hears(b)
  await b.hears(a)
}
