import type { NetworkAddress } from '../../sip/transport/hop'
import type { Listener } from './listener'

/** Gets each message as it came, one datagram or one cut out of a stream. */
export type Receiver = (bytes: Uint8Array, source: NetworkAddress) => void

/** One line for whoever reads the log. */
export function explain(error: NodeJS.ErrnoException, { transport, address, port }: Listener): Error {
  const where = `${transport} ${address} port ${port}`
  if (error.code === 'EADDRINUSE') return new Error(`${where} is in use by another program`)
  if (error.code === 'EADDRNOTAVAIL') return new Error(`${where}: this machine has no such address`)
  if (error.code === 'EACCES') return new Error(`${where} needs privileges`)
  return new Error(`${where}: ${error.message}`)
}
