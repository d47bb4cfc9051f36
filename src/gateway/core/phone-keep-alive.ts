import type { PassedRegistration } from '../../sip/registrar/passed-registration'
import { formatAddress, type NetworkAddress } from '../../sip/transport/hop'
import { ping } from './options'
import type { OwnRequests } from './own-requests'
import type { Ports } from './ports'

/** How long a phone has for its answer. */
export const PING_PATIENCE_MS = 5_000
/** Pings in a row without an answer after which a phone is gone. */
export const MAX_FAILED_PINGS = 3

/** A phone that has registered through us. */
export interface RemotePhone {
  readonly to: NetworkAddress
  readonly aor: string
  /** The user part of our URI in its Path. */
  readonly token: string
}

export interface KeepAliveOptions {
  readonly ports: Ports
  readonly own: OwnRequests
  readonly everyMs: number
  sentBy(to: NetworkAddress): string
  /** It answers no more: its binding shall go. */
  onGone(phone: RemotePhone): void
}

interface Watched {
  readonly phone: RemotePhone
  /** Its address in one text. */
  readonly from: string
  /** Its Contact URI. */
  readonly uri: string
  readonly untilMs: number
  failures: number
}

/**
 * Keeps the way to UDP phones behind NATs open while they are registered (RFC 5626 §4.4.1: a NAT forgets after as little as 30 s), and
 * notices when one is gone: it is asked with OPTIONS (as nathelper's `sipping` does), and any answer says that it is there.
 */
export class PhoneKeepAlive {
  private readonly phones = new Map<string, Watched>()
  private readonly timer: NodeJS.Timeout
  private readonly options: KeepAliveOptions

  constructor(options: KeepAliveOptions) {
    this.options = options
    this.timer = setInterval(() => void this.pingAll(), options.everyMs)
  }

  /** Without a Contact it has unregistered. */
  registered(phone: RemotePhone, contact: PassedRegistration['contact']): void {
    const key = keyOf(phone)
    if (!contact) return void this.phones.delete(key)
    const untilMs = this.options.ports.nowMs() + contact.expiresSeconds * 1_000
    this.phones.set(key, { phone, from: formatAddress(phone.to), uri: contact.uri, untilMs, failures: 0 })
  }

  isAt(address: string): boolean {
    return [...this.phones.values()].some(({ phone }) => phone.to.address === address)
  }

  /** Whether a phone has registered from this very port. */
  isFrom(source: NetworkAddress): boolean {
    const address = formatAddress(source)
    return [...this.phones.values()].some(({ from }) => from === address)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private async pingAll(): Promise<void> {
    const nowMs = this.options.ports.nowMs()
    await Promise.all(
      [...this.phones].map(async ([key, watched]) => {
        if (watched.untilMs < nowMs) this.phones.delete(key)
        else await this.check(key, watched)
      }),
    )
  }

  private async check(key: string, watched: Watched): Promise<void> {
    const isThere = await this.ping(watched)
    // It has registered anew, or is gone already.
    if (this.phones.get(key) !== watched) return
    watched.failures = isThere ? 0 : watched.failures + 1
    if (watched.failures < MAX_FAILED_PINGS) return
    this.phones.delete(key)
    this.options.onGone(watched.phone)
  }

  private async ping({ phone: { to }, uri }: Watched): Promise<boolean> {
    const { ports, own, sentBy } = this.options
    const request = ping(uri, { to, sentBy: sentBy(to) }, ports)
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), PING_PATIENCE_MS)
    })
    const answered = own.send(request, to).then((outcome) => 'response' in outcome)
    return Promise.race([answered, tooLate]).finally(() => clearTimeout(timer))
  }
}

function keyOf({ to, aor }: RemotePhone): string {
  return `${aor} ${formatAddress(to)}`
}
