import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { Listener } from './listener'
import { explain, type Receiver } from './receiver'

/** One UDP socket. */
export class UdpSocket {
  readonly listener: Listener
  private readonly socket: Socket

  constructor(listener: Listener, receive: Receiver) {
    this.listener = listener
    this.socket = isIPv6(listener.address) ? createSocket({ type: 'udp6', ipv6Only: true }) : createSocket('udp4')
    this.socket.on('message', (bytes, { address, port }) => receive(bytes, { transport: 'UDP', address, port }))
    // A send that failed is told to its sender.
    this.socket.on('error', () => {})
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('error', (error) => reject(explain(error, this.listener)))
      this.socket.bind({ address: this.listener.address, port: this.listener.port, exclusive: true }, resolve)
    })
  }

  get port(): number {
    return this.socket.address().port
  }

  send(bytes: Uint8Array | string, to: NetworkAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve()))
    })
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(resolve))
  }
}
