import { connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { NetworkAddress } from '../../sip/transport/hop'
import { hostPort } from '../../sip/transport/hop'
import { StreamFramer } from '../../sip/transport/stream'
import type { Listener } from './listener'
import { explain, type Receiver } from './receiver'

/** How long a connection may take to be made. */
export const CONNECT_TIMEOUT_MS = 4_000
/** Connections that came in, of one listener. */
export const MAX_CONNECTIONS = 1_000
/** A connection on which nothing was said for this long is closed. */
export const IDLE_TIMEOUT_MS = 15 * 60_000

/** One TCP listener and all connections, in either direction: RFC 3261 §18. A response goes back on its request's. */
export class TcpSocket {
  readonly listener: Listener
  private readonly receive: Receiver
  private readonly server: Server
  private readonly connections = new Map<string, Socket>()
  private readonly pending = new Map<string, Promise<Socket>>()

  constructor(listener: Listener, receive: Receiver) {
    this.listener = listener
    this.receive = receive
    this.server = createServer((socket) => this.keep(socket))
    this.server.maxConnections = MAX_CONNECTIONS
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => reject(explain(error, this.listener)))
      const { address, port } = this.listener
      this.server.listen({ host: address, port, ipv6Only: isIPv6(address), exclusive: true }, resolve)
    })
  }

  get port(): number {
    const address = this.server.address()
    return typeof address === 'object' && address ? address.port : this.listener.port
  }

  async send(bytes: Uint8Array | string, to: NetworkAddress): Promise<void> {
    const socket = this.connections.get(hostPort(to)) ?? (await this.connect(to))
    await new Promise<void>((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())))
  }

  async close(): Promise<void> {
    for (const socket of this.connections.values()) socket.destroy()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
  }

  private connect(to: NetworkAddress): Promise<Socket> {
    const key = hostPort(to)
    const known = this.pending.get(key)
    if (known) return known
    const made = this.open(to).finally(() => this.pending.delete(key))
    this.pending.set(key, made)
    return made
  }

  private open(to: NetworkAddress): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: to.address, port: to.port })
      const timer = setTimeout(() => socket.destroy(new Error('connection timed out')), CONNECT_TIMEOUT_MS)
      socket.once('error', reject)
      socket.once('close', () => clearTimeout(timer))
      socket.once('connect', () => {
        clearTimeout(timer)
        this.keep(socket)
        resolve(socket)
      })
    })
  }

  private keep(socket: Socket): void {
    const source: NetworkAddress = {
      transport: 'TCP',
      address: (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''),
      port: socket.remotePort ?? 0,
    }
    const key = hostPort(source)
    const framer = new StreamFramer()
    this.connections.set(key, socket)
    socket.setNoDelay(true)
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.connections.get(key) === socket && this.connections.delete(key))
    socket.on('data', (chunk) => {
      for (const part of framer.push(chunk)) {
        if (part.type === 'message') this.receive(part.bytes, source)
        else if (part.type === 'ping') socket.write('\r\n')
        else socket.destroy()
      }
    })
  }
}
