import type { Log } from '../log'
import { NgClient } from './ng-client'

/** How often an engine is asked whether it lives, and how many answers it may miss. */
export const PING_EVERY_MS = 5_000
export const MISSED_PINGS = 2
/** Calls whose engine is remembered. */
const MAX_REMEMBERED = 20_000

export interface EngineAddress {
  readonly host: string
  readonly port: number
  readonly weight: number
}

interface Engine {
  readonly client: NgClient
  readonly weight: number
  missed: number
}

const ENGINE = /^udp:(?:\[([^\]]+)\]|([^:;[\]]+)):(\d{1,5})(?:;weight=(\d{1,3}))?$/i

/** Reads `udp:127.0.0.1:2223;weight=2,udp:...`. Throws an Error of one line that says what is wrong. */
export function readEngines(text: string): EngineAddress[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = ENGINE.exec(part)
      const port = Number(match?.[3])
      const weight = Number(match?.[4] ?? 1)
      if (!match || port < 1 || port > 65_535 || weight < 1)
        throw new Error(`RTPENGINE: "${part}" is not like udp:127.0.0.1:2223;weight=1`)
      return { host: match[1] ?? match[2] ?? '', port, weight }
    })
}

/** Several rtpengines: a call stays on its own, chosen by a hash of its name, the same after a restart of the gateway. */
export class Engines {
  private readonly engines: Engine[]
  private readonly remembered = new Map<string, Engine>()
  private readonly timer: NodeJS.Timeout
  private readonly log: Log

  constructor(addresses: readonly EngineAddress[], log: Log) {
    this.log = log
    this.engines = addresses.map(({ host, port, weight }) => ({ client: new NgClient(host, port), weight, missed: 0 }))
    this.timer = setInterval(() => void this.pingAll(), PING_EVERY_MS)
    this.timer.unref()
  }

  /** Throws an Error of one line when none of them answers. */
  async start(): Promise<void> {
    await this.pingAll()
    if (this.engines.length > 0 && this.engines.every((engine) => engine.missed > 0))
      this.log('error', 'media.away', {
        reason: 'no rtpengine answers: calls of browsers with carriers will be refused',
      })
  }

  stop(): void {
    clearInterval(this.timer)
    for (const { client } of this.engines) client.close()
  }

  describe(): Array<{ readonly engine: string; readonly up: boolean }> {
    return this.engines.map(({ client, missed }) => ({
      engine: `${client.host}:${client.port}`,
      up: missed < MISSED_PINGS,
    }))
  }

  /** The engine of a call; undefined when none is up. One that died leaves its calls to another. */
  for(call: string): NgClient | undefined {
    const known = this.remembered.get(call)
    if (known && isUp(known)) return known.client
    const [best] = this.engines.filter(isUp).sort((a, b) => score(b, call) - score(a, call))
    if (!best) return undefined
    this.remembered.set(call, best)
    if (this.remembered.size > MAX_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value ?? '')
    return best.client
  }

  forget(call: string): void {
    this.remembered.delete(call)
  }

  private async pingAll(): Promise<void> {
    await Promise.all(
      this.engines.map(async (engine) => {
        const wasUp = isUp(engine)
        try {
          await engine.client.send({ command: 'ping' }, 1)
          engine.missed = 0
        } catch {
          engine.missed++
        }
        if (wasUp === isUp(engine)) return
        const { host, port } = engine.client
        this.log(isUp(engine) ? 'info' : 'error', 'media.changed', { engine: `${host}:${port}`, up: isUp(engine) })
      }),
    )
  }
}

function isUp({ missed }: Engine): boolean {
  return missed < MISSED_PINGS
}

/** Weighted rendezvous hashing. */
function score({ client, weight }: Engine, call: string): number {
  let hash = 0x811c9dc5
  const text = `${client.host}:${client.port} ${call}`
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return -weight / Math.log(((hash >>> 0) + 1) / 4_294_967_297)
}
