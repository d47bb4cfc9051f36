import type { NetworkAddress } from '../../sip/transport/hop'
import type { Listener } from './listener'

/** What a socket tells. */
export interface Receiver {
  /** A message as it came, one datagram or one cut out of a stream. */
  message(bytes: Uint8Array, source: NetworkAddress): void
  /** A stream that makes no sense, and was closed for it. */
  broken(why: string, source: NetworkAddress): void
}

/** Where a message may go when nothing else is said. */
export interface SendOptions {
  /** RFC 3261 §18.2.2: where a response goes when the connection of its request is gone. */
  readonly orElse?: NetworkAddress
  /** How long a connection may take to be made. */
  readonly connectWithinMs?: number
}

/** One line for whoever reads the log. */
export function explain(error: NodeJS.ErrnoException, { transport, address, port }: Listener): Error {
  const where = `${transport} ${address} port ${port}`
  if (error.code === 'EADDRINUSE') return new Error(`${where} is in use by another program`)
  if (error.code === 'EADDRNOTAVAIL') return new Error(`${where}: this machine has no such address`)
  if (error.code === 'EACCES') return new Error(`${where} needs privileges`)
  if (error.code === 'EAFNOSUPPORT')
    return new Error(`${where}: this machine has no ${address.includes(':') ? 'IPv6' : 'IPv4'}`)
  return new Error(`${where}: ${error.message}`)
}
