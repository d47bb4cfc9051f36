/** The load generator: a process of its own, so that its work is not counted as the server's. Commanded over IPC. */
import { percentile } from '../support/statistics'
import { type Ended, Phone } from './phone'

export type Scenario = 'refresh' | 'message' | 'call'

export interface ConnectOrder {
  readonly type: 'connect'
  readonly url: string
  readonly domain: string
  /** Registers phones up to this many. */
  readonly phones: number
  readonly repeatsCredentials: boolean
  /** At most so many a second; as fast as they can without it. */
  readonly perSecond?: number
  /** Whether they send a keep-alive first, so that their registrations last. */
  readonly keepsAlive?: boolean
}

export interface RunOrder {
  readonly type: 'run'
  readonly scenario: Scenario
  readonly seconds: number
  /** So many at once, each followed by the next. */
  readonly concurrency: number
  /** Begins so many per second instead, whatever becomes of them. */
  readonly perSecond?: number
  /** Ends after so many, too. */
  readonly count?: number
  /** Which phones call each other, by their place: all without it. The others are registered and idle. */
  readonly among?: Among
}

interface Among {
  readonly from: number
  readonly phones: number
  /** Each phone has one call only. */
  readonly once?: boolean
}

export type Order = ConnectOrder | RunOrder

export interface LoadResult {
  readonly operations: number
  readonly failures: Record<string, number>
  readonly seconds: number
  /** Milliseconds: the operation, and for calls INVITE -> 180. */
  readonly tookMs: Percentiles
  readonly ringMs: Percentiles
  /** Share of one core that the generator itself used: near 1 means that it was the limit. */
  readonly generatorLoad: number
}

interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

const phones: Phone[] = []
let failures: Record<string, number> = {}
let serial = 0

const count = (cause: string) => {
  failures[cause] = (failures[cause] ?? 0) + 1
}

async function connect(order: ConnectOrder): Promise<void> {
  const waiting: Phone[] = []
  for (let i = phones.length; i < order.phones; i++) {
    const user = `u${String(i).padStart(5, '0')}`
    const own = { user, domain: order.domain, host: `${user}.invalid` }
    const phone = new Phone(own, order.url, { repeatsCredentials: order.repeatsCredentials, onStray: count })
    phones.push(phone)
    waiting.push(phone)
  }
  const one = async () => {
    const phone = waiting.pop()
    if (!phone) return
    const { failure } = await begun(phone, order.keepsAlive === true).catch(notConnected)
    if (failure) count(failure)
  }
  const more = () => waiting.length > 0
  if (order.perSecond) await paced(order.perSecond, more, one)
  else await inTurn(20, more, one)
}

/** One that has sent a keep-alive is granted what it asks for. */
async function begun(phone: Phone, keepsAlive: boolean): Promise<Ended> {
  await phone.connect()
  if (keepsAlive) await phone.ping()
  return phone.register()
}

function notConnected(error: Error): Ended {
  return { failure: `not connected: ${error.message}`, tookMs: 0 }
}

/** Callers and callees change with every operation, and every phone is both, unless each has one call only. */
function begin({ scenario, among }: RunOrder, begun: number): Promise<Ended> {
  const n = serial++
  const { from, phones: size, once } = among ?? { from: 0, phones: phones.length }
  const distance = 1 + (((n / size) | 0) % (size - 1))
  const [first, second] = once ? [2 * begun, 2 * begun + 1] : [n % size, (n + distance) % size]
  const caller = phones[from + first]
  const callee = phones[from + second]
  if (!caller || !callee) throw new Error('no phones')
  if (scenario === 'refresh') return caller.refresh()
  const callId = `${scenario}-${process.pid}-${n}`
  return scenario === 'message' ? caller.message(callee.own.user, callId) : caller.call(callee.own.user, callId)
}

async function run(order: RunOrder): Promise<LoadResult> {
  failures = {}
  const tookMs: number[] = []
  const ringMs: number[] = []
  let operations = 0
  let begun = 0
  const one = async () => {
    const ended = await begin(order, begun++)
    if (ended.failure) return count(ended.failure)
    operations++
    tookMs.push(ended.tookMs)
    if (ended.ringMs !== undefined) ringMs.push(ended.ringMs)
  }
  const cpuBefore = process.cpuUsage()
  const started = performance.now()
  const deadline = started + order.seconds * 1_000
  const { count: atMost = Number.POSITIVE_INFINITY } = order
  const more = () => performance.now() < deadline && begun < atMost
  if (order.perSecond) await paced(order.perSecond, more, one)
  else await inTurn(order.concurrency, more, one)
  const seconds = (performance.now() - started) / 1_000
  const cpu = process.cpuUsage(cpuBefore)
  return {
    operations,
    failures: { ...failures },
    seconds,
    tookMs: percentiles(tookMs),
    ringMs: percentiles(ringMs),
    generatorLoad: (cpu.user + cpu.system) / 1e6 / seconds,
  }
}

/** So many at once, each followed by the next. */
async function inTurn(atOnce: number, more: () => boolean, one: () => Promise<void>): Promise<void> {
  const line = async () => {
    while (more()) await one()
  }
  await Promise.all(Array.from({ length: atOnce }, line))
}

/** Begins at fixed times, so that a slow server is not asked less. */
async function paced(perSecond: number, more: () => boolean, one: () => Promise<void>): Promise<void> {
  const under = new Set<Promise<void>>()
  const started = performance.now()
  for (let n = 1; more(); n++) {
    const mine = one().finally(() => under.delete(mine))
    under.add(mine)
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, started + (n * 1_000) / perSecond - performance.now())),
    )
  }
  await Promise.all(under)
}

function percentiles(samples: readonly number[]): Percentiles {
  return { p50: percentile(samples, 0.5), p95: percentile(samples, 0.95), p99: percentile(samples, 0.99) }
}

process.on('message', async (order: Order) => {
  try {
    if (order.type === 'connect') {
      failures = {}
      await connect(order)
      process.send?.({ failures })
    } else process.send?.(await run(order))
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
