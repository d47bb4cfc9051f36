import { isIPv6 } from 'node:net'
import { encodeFrame, type Frame } from '../../sip/message/octets'
import { hostPort, type NetworkAddress, type NetworkTransport } from '../../sip/transport/hop'
import type { Listener } from './listener'
import type { Receiver } from './receiver'
import { TcpSocket } from './tcp'
import { UdpSocket } from './udp'

/** All sockets toward carriers and their phones. */
export class Network {
  private readonly sockets: Array<UdpSocket | TcpSocket>

  constructor(listeners: readonly Listener[], receive: Receiver) {
    this.sockets = listeners.map((listener) =>
      listener.transport === 'UDP' ? new UdpSocket(listener, receive) : new TcpSocket(listener, receive),
    )
  }

  /** Throws an Error of one line when an address can't be had; then none is kept. */
  async listen(): Promise<void> {
    const opened: Array<UdpSocket | TcpSocket> = []
    try {
      for (const socket of this.sockets) {
        await socket.listen()
        opened.push(socket)
      }
    } catch (error) {
      await Promise.all(opened.map((socket) => socket.close()))
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => socket.close()))
  }

  /** Rejects when the message certainly did not leave, or there is no socket of that kind. */
  async send(frame: Frame, to: NetworkAddress): Promise<void> {
    const socket = this.socketFor(to)
    if (!socket) throw new Error(`no ${to.transport} socket reaches ${to.address}`)
    await socket.send(encodeFrame(frame), to)
  }

  /** Whether there is a socket that reaches the address. */
  reaches(to: Pick<NetworkAddress, 'transport' | 'address'>): boolean {
    return this.socketFor(to) !== undefined
  }

  /** Our host and port as a peer of that kind sees them. */
  sentBy(to: Pick<NetworkAddress, 'transport' | 'address'>): string {
    const socket = this.socketFor(to)
    if (!socket) throw new Error(`no ${to.transport} socket reaches ${to.address}`)
    return advertised(socket)
  }

  /** Every `host:port` that is ours, with its transport. */
  own(): Array<{ readonly transport: NetworkTransport; readonly hostPort: string }> {
    return this.sockets.map((socket) => ({ transport: socket.listener.transport, hostPort: advertised(socket) }))
  }

  private socketFor({ transport, address }: Pick<NetworkAddress, 'transport' | 'address'>) {
    return this.sockets.find(
      ({ listener }) => listener.transport === transport && isIPv6(listener.address) === isIPv6(address),
    )
  }
}

function advertised(socket: UdpSocket | TcpSocket): string {
  const { listener, port } = socket
  const { host, port: shown } = listener.advertised ?? { host: listener.address, port }
  return hostPort({ address: host, port: shown === 0 ? port : shown })
}
