import { type FloodLimit, FloodLimiter, MAX_FLOOD_SOURCES } from '../../sip/transport/flood-limiter'
import { bansStub } from '../addresses'
import { callObject } from '../call-object'
import { log } from '../log'

/** How long what the list of bans says of a source is believed. */
export const BAN_CACHE_MS = 10_000

/** Floods at the sockets of one object, and the list of bans that all objects share. */
export class FloodWatch {
  private readonly limiter = new FloodLimiter()
  private readonly askedAtMs = new Map<string, number>()
  private readonly env: Env

  constructor(env: Env) {
    this.env = env
  }

  async isFlooding(source: string, limit: FloodLimit, nowMs: number): Promise<boolean> {
    await this.ask(source, nowMs)
    const verdict = this.limiter.take(source, limit, nowMs)
    if (verdict === 'flood') {
      log('flood.banned', { source, seconds: limit.banSeconds })
      const banMs = limit.banSeconds * 1_000
      await this.list(() => bansStub(this.env).write(source, String(nowMs + banMs), banMs))
    }
    return verdict !== 'pass'
  }

  /** Who is not known here may be banned elsewhere, and who is may be forgiven. */
  private async ask(source: string, nowMs: number): Promise<void> {
    const askedAtMs = this.askedAtMs.get(source) ?? Number.NEGATIVE_INFINITY
    if (Math.abs(nowMs - askedAtMs) < BAN_CACHE_MS) return
    this.askedAtMs.delete(source)
    if (this.askedAtMs.size >= MAX_FLOOD_SOURCES) this.askedAtMs.delete(this.askedAtMs.keys().next().value ?? '')
    this.askedAtMs.set(source, nowMs)
    const until = await this.list(() => bansStub(this.env).read(source))
    if (until === 'away') return
    if (until !== undefined) this.limiter.ban(source, Number(until))
    else if (this.limiter.isBanned(source, nowMs)) this.limiter.lift(source)
  }

  /** Nobody is refused since the list can't be asked. */
  private async list<T>(call: () => Promise<T>): Promise<T | 'away'> {
    try {
      return await callObject(call)
    } catch (error) {
      log('bans.unavailable', { error: String(error) })
      return 'away'
    }
  }
}
