import { evictAllDurableObjects } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { test, vi } from 'vitest'
import { token } from './messages'
import { type Account, ORIGIN, Phone, type PhoneOptions } from './phone'

export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string }

/** A domain of its own with its subscribers and their phones. */
export class World {
  readonly domain: string
  /** Whether every object is put to sleep after each message that a phone has read. */
  evicts: boolean
  /** The structured log lines, oldest first. */
  readonly log: LogLine[] = []
  private readonly console = vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
    this.log.push(JSON.parse(String(line)) as LogLine)
  })

  static async make(evicts: boolean, settings: Readonly<Record<string, unknown>> = {}): Promise<World> {
    const world = new World(evicts, `world-${token(4)}.test`)
    await admin('POST', '/v1/domains', { name: world.domain, ...settings })
    return world
  }

  private constructor(evicts: boolean, domain: string) {
    this.evicts = evicts
    this.domain = domain
  }

  async subscriber(username: string, password = `secret-${username}`, domain = this.domain): Promise<Account> {
    await admin('POST', '/v1/subscribers', { username, domain, password })
    return this.account(username, password, domain)
  }

  account(username: string, password = `secret-${username}`, domain = this.domain): Account {
    return { username, domain, password, aor: `sip:${username}@${domain}` }
  }

  /** A connected phone of a subscriber that exists, or of anybody. */
  async connect(account: Account, options: PhoneOptions = {}): Promise<Phone> {
    return Phone.connect(account, options, () => this.between())
  }

  /** A subscriber with one registered phone. */
  async phone(username: string, options: PhoneOptions = {}): Promise<Phone> {
    const phone = await this.connect(await this.subscriber(username), options)
    await phone.register()
    return phone
  }

  /** The same phone registered on a new socket, as after a lost connection. */
  async returned(phone: Phone, change: PhoneOptions = {}): Promise<Phone> {
    const again = await phone.reconnect(change)
    await again.register()
    return again
  }

  async between(): Promise<void> {
    if (this.evicts) await evictAll()
  }

  /** Log lines of one event; sockets of an earlier world may still be closing. */
  events(event: string): LogLine[] {
    const isForeign = (line: LogLine) =>
      JSON.stringify(line)
        .match(/world-\w+\.test/g)
        ?.some((d) => d !== this.domain)
    return this.log.filter((line) => line.event === event && !isForeign(line))
  }

  /** The records of the calls that have ended, once all work that has begun is done. */
  async records(): Promise<LogLine[]> {
    await evictAll()
    return this.events('call')
  }

  /** Cuts all sockets and waits for what is under way, so that nothing of this world happens in the next one. */
  async close(): Promise<void> {
    await deploy()
    this.console.mockRestore()
  }
}

/** Puts every object out of memory; sockets hibernate. Work that has begun is finished first. */
export async function evictAll(): Promise<void> {
  await evictAllDurableObjects()
}

/** What a deploy does to the phones: objects are gone, sockets cut, and no handler has run. */
export async function deploy(): Promise<void> {
  await evictAllDurableObjects({ webSockets: 'close' })
}

/** Runs with a world of its own. */
export async function play(
  run: (world: World) => Promise<void>,
  { evicts = false, settings = {} }: { evicts?: boolean; settings?: Readonly<Record<string, unknown>> } = {},
): Promise<void> {
  const world = await World.make(evicts, settings)
  try {
    await run(world)
  } finally {
    await world.close()
  }
}

/** One test and its twin, in which every object is gone from memory between any two messages. */
export function twins(
  title: string,
  run: (world: World) => Promise<void>,
  settings: Readonly<Record<string, unknown>> = {},
): void {
  test(title, () => play(run, { settings }))
  test(`${title} (objects evicted between any two messages)`, () => play(run, { evicts: true, settings }))
}

/** One request to the REST interface through the Worker. */
export async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: { Authorization: 'Bearer test-admin-token', 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export interface BindingRecord {
  readonly contact: string
  readonly instance?: string
  readonly regId?: number
  readonly q: number
  readonly callId: string
  readonly cSeq: number
  readonly path: readonly string[]
  readonly userAgent?: string
  readonly received: { readonly transport: string; readonly address: string }
  readonly flow: string
  readonly state: 'connected' | 'detached'
  readonly expiresIn: number
  readonly lastModified: number
}

/** `GET /v1/subscribers/{aor}/bindings`. */
export async function bindingsOf(account: Account): Promise<BindingRecord[]> {
  const answer = await admin('GET', `/v1/subscribers/${encodeURIComponent(aorOf(account))}/bindings`)
  return (answer as { items: BindingRecord[] }).items
}

export function aorOf(account: Account): string {
  return `${account.username}@${account.domain}`
}
