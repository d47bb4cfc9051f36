import { PING } from '../../media/ng'
import type { Log } from '../log'
import type { EngineAddress } from './engine-addresses'
import { NgClient } from './ng-client'

/** How often an engine is asked whether it lives, how long it may take, and how many answers it may miss. */
export const PING_EVERY_MS = 5_000
const PING_WAITS_MS = [1_000]
export const MISSED_PINGS = 2

/** One rtpengine, and what we have there. */
export class Engine {
  readonly client: NgClient
  readonly weight: number
  readonly maxTranscodes: number
  readonly region: string | undefined
  /** Names of sessions. */
  readonly sessions = new Set<string>()
  readonly transcoding = new Set<string>()
  /** Used at once, but down when it does not even answer the first ping. */
  private missed = MISSED_PINGS - 1

  constructor({ host, port, weight, transcodes, region }: EngineAddress) {
    this.client = new NgClient(host, port)
    this.weight = weight
    this.maxTranscodes = transcodes
    this.region = region
  }

  get name(): string {
    return this.client.name
  }

  get isUp(): boolean {
    return this.missed < MISSED_PINGS
  }

  /** Whether calls may still be offered codecs that would have to be transcoded. */
  get mayTranscode(): boolean {
    return this.transcoding.size < this.maxTranscodes
  }

  /** It did not answer a command, several times: no further call waits for it before it answers a ping. */
  lost(): void {
    this.missed = MISSED_PINGS
  }

  async ping(): Promise<void> {
    try {
      await this.client.send(PING, PING_WAITS_MS)
      this.missed = 0
    } catch {
      this.missed++
    }
  }
}

/**
 * Several rtpengines: new calls are spread over the live ones of the gateway's region by a hash, the same after a restart of the gateway;
 * over those of others while none of its own lives.
 */
export class Engines {
  private readonly engines: readonly Engine[]
  private readonly shown = new Map<Engine, boolean>()
  private readonly log: Log
  /** Where the gateway is; all are near when undefined. */
  private readonly region: string | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(addresses: readonly EngineAddress[], log: Log, region?: string) {
    this.log = log
    this.region = region
    this.engines = addresses.map((address) => new Engine(address))
  }

  get count(): number {
    return this.engines.length
  }

  async start(everyMs = PING_EVERY_MS): Promise<void> {
    this.timer = setInterval(() => void this.pingAll(), everyMs).unref()
    await this.pingAll()
  }

  stop(): void {
    clearInterval(this.timer)
    for (const { client } of this.engines) client.close()
  }

  /** Live engines for a call, the best first: its own while it lives, then the near ones, by weighted rendezvous hashing. */
  for(callId: string, own?: Engine): Engine[] {
    const closeness = (engine: Engine) => (engine === own ? 2 : this.isNear(engine) ? 1 : 0)
    return this.engines
      .filter((engine) => engine.isUp)
      .map((engine) => ({ engine, closeness: closeness(engine), score: score(engine, callId) }))
      .sort((a, b) => b.closeness - a.closeness || b.score - a.score)
      .map(({ engine }) => engine)
  }

  private isNear({ region }: Engine): boolean {
    return region === undefined || this.region === undefined || region === this.region
  }

  describe() {
    return this.engines.map(({ name, region, isUp, sessions, transcoding }) => ({
      engine: name,
      ...(region === undefined ? {} : { region }),
      up: isUp,
      sessions: sessions.size,
      transcoding: transcoding.size,
    }))
  }

  private async pingAll(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.ping()))
    for (const engine of this.engines) {
      if (this.shown.get(engine) === engine.isUp) continue
      this.shown.set(engine, engine.isUp)
      this.log(engine.isUp ? 'info' : 'error', 'media.changed', { engine: engine.name, up: engine.isUp })
    }
  }
}

/** Of two engines, the one with twice the weight wins twice as many calls; which ones does not depend on the others. */
function score({ name, weight }: Engine, callId: string): number {
  const share = (fnv1a(`${name} ${callId}`) + 1) / 4_294_967_298
  return -weight / Math.log(share)
}

/** FNV-1a with the final mixing of MurmurHash3, so that names that differ at the end only differ everywhere. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
