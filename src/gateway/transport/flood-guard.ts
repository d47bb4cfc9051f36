import { BlockList, isIPv6 } from 'node:net'
import { type FloodLimit, FloodLimiter } from '../../sip/transport/flood-limiter'
import type { Log } from '../log'

/**
 * Messages of one address that nobody has named, which is then not listened to. An office of twenty phones behind one address comes
 * back from a power cut with about sixty.
 */
export const MESSAGE_LIMIT: FloodLimit = { requests: 64, seconds: 2, banSeconds: 300 }
/** Addresses of carriers that are remembered. */
export const MAX_NAMED = 10_000
/** Bans that are told of. */
export const MAX_SHOWN = 100

export interface FloodGuardOptions {
  readonly nowMs: () => number
  readonly log: Log
  /** Whether a phone has registered from there. */
  isPhone(address: string): boolean
}

/**
 * Turns floods away before they are read (pike of Kamailio). Never banned: who is in an address group, destinations and registrars of
 * our configuration, and phones that are registered. So nobody gets a carrier banned by writing its address on his packets.
 */
export class FloodGuard {
  private readonly limiter = new FloodLimiter()
  private readonly options: FloodGuardOptions
  private readonly named = new Set<string>()
  private groups = new BlockList()

  constructor(options: FloodGuardOptions) {
    this.options = options
  }

  /** Networks of the address groups, `192.0.2.0/24`. A ban of an address that is among them ends. */
  configure(networks: readonly string[]): void {
    const groups = new BlockList()
    for (const network of networks) {
      const [address = '', bits] = network.split('/')
      groups.addSubnet(address, Number(bits), familyOf(address))
    }
    this.groups = groups
  }

  /** An address that a destination or a registrar of the configuration has. */
  name(address: string): void {
    if (this.named.size >= MAX_NAMED) this.named.clear()
    this.named.add(address)
  }

  /** Costs one look-up: who is exempt is asked only when there is somebody to ban. */
  admits(address: string): boolean {
    const { nowMs, log, isPhone } = this.options
    const verdict = this.limiter.take(address, MESSAGE_LIMIT, nowMs())
    if (verdict === 'pass') return true
    // Phones are asked for at the first message too many only: they are many, and a flood shall be cheap.
    if (this.isNamed(address) || (verdict === 'flood' && isPhone(address))) {
      this.limiter.lift(address)
      return true
    }
    if (verdict === 'flood') log('warn', 'flood.banned', { source: address, seconds: MESSAGE_LIMIT.banSeconds })
    return false
  }

  /** Ends a ban; false when there is none. */
  lift(address: string): boolean {
    const isBanned = this.limiter.isBanned(address, this.options.nowMs())
    if (isBanned) this.limiter.lift(address)
    return isBanned
  }

  /** Times are epoch ms. */
  bans(): Array<{ readonly source: string; readonly until: number }> {
    return this.limiter.bans(this.options.nowMs(), MAX_SHOWN)
  }

  private isNamed(address: string): boolean {
    return this.named.has(address) || this.groups.check(address, familyOf(address))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
