import { formatAddress, type NetworkAddress } from '../../sip/transport/hop'

/** RFC 5626 §4.4.1: a NAT forgets a UDP binding after as little as 30 s. */
export const KEEP_ALIVE_MS = 25_000

/** Keeps the way to UDP phones behind NATs open while they are registered. */
export class PhoneKeepAlive {
  private readonly phones = new Map<string, { readonly to: NetworkAddress; readonly untilMs: number }>()
  private readonly timer: NodeJS.Timeout
  private readonly ping: (to: NetworkAddress) => void

  constructor(ping: (to: NetworkAddress) => void) {
    this.ping = ping
    this.timer = setInterval(() => this.pingAll(), KEEP_ALIVE_MS)
  }

  /** `seconds` 0: it has unregistered. */
  registered(to: NetworkAddress, seconds: number): void {
    const key = formatAddress(to)
    if (seconds === 0) this.phones.delete(key)
    else this.phones.set(key, { to, untilMs: Date.now() + seconds * 1_000 })
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private pingAll(): void {
    for (const [key, { to, untilMs }] of this.phones) {
      if (untilMs < Date.now()) this.phones.delete(key)
      else this.ping(to)
    }
  }
}
