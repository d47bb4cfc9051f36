import type { Mac } from '../../sip/auth/algorithm'
import type { Frame } from '../../sip/message/octets'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { Log } from '../log'
import type { SendOptions } from '../transport/receiver'

/** What the core needs from the world around it. */
export interface Ports {
  nowMs(): number
  /** A fresh token. */
  random(): string
  /** Keyed by the deployment, the same after a restart. */
  readonly mac: Mac
  readonly log: Log
  /** Rejects when the message certainly did not leave; always in a bounded time. */
  toNetwork(frame: Frame, to: NetworkAddress, options?: SendOptions): Promise<void>
  /** Rejects when that socket of the link stays down. */
  toLink(frame: Frame, socket: number): Promise<void>
}
