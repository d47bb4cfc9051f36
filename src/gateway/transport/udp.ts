import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { hostPort, type NetworkAddress } from '../../sip/transport/hop'
import { advertised, type Listener } from './listener'
import { explain, type Receiver } from './receiver'

/** One UDP socket. */
export class UdpSocket {
  readonly listener: Listener
  private readonly socket: Socket
  private port: number
  private isClosed = false

  constructor(listener: Listener, receive: Receiver) {
    this.listener = listener
    this.port = listener.port
    const isSix = isIPv6(listener.address)
    this.socket = isSix
      ? createSocket({ type: 'udp6', ipv6Only: true, lookup: literal(6) })
      : createSocket({ type: 'udp4', lookup: literal(4) })
    this.socket.on('message', (bytes, { address, port }) =>
      receive.message(bytes, { transport: 'UDP', address, port, socket: this.sentBy }),
    )
    // A send that failed is told to its sender.
    this.socket.on('error', () => {})
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('error', (error) => reject(explain(error, this.listener)))
      this.socket.bind({ address: this.listener.address, port: this.listener.port, exclusive: true }, resolve)
    })
    this.port = this.socket.address().port
  }

  /** What it is called by its peers. */
  get sentBy(): string {
    return hostPort(advertised(this.listener, this.port))
  }

  /** A datagram is alone. */
  isConnectedTo(): boolean {
    return false
  }

  send(bytes: Uint8Array | string, to: NetworkAddress): Promise<void> {
    if (this.isClosed) return Promise.reject(new Error('the socket is closed'))
    return new Promise((resolve, reject) => {
      this.socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve()))
    })
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    await new Promise<void>((resolve) => this.socket.close(resolve))
  }
}

/** We send to IP literals only: nobody has to be asked what they mean. */
function literal(family: 4 | 6): NonNullable<SocketOptions['lookup']> {
  return (host, _, done) => done(null, host, family)
}
