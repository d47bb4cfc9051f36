import { type AddressInfo, connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import { hostPort, type NetworkAddress } from '../../sip/transport/hop'
import { StreamFramer } from '../../sip/transport/stream'
import { advertised, isAnyAddress, type Listener } from './listener'
import { explain, type Receiver, type SendOptions } from './receiver'

/** How long a connection may take to be made. */
export const CONNECT_TIMEOUT_MS = 4_000
/** How long a peer may leave unread what we send. */
export const WRITE_TIMEOUT_MS = 5_000
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
  /** Every socket that is open or being opened. */
  private readonly sockets = new Set<Socket>()
  private port: number
  private isClosed = false

  constructor(listener: Listener, receive: Receiver) {
    this.listener = listener
    this.port = listener.port
    this.receive = receive
    this.server = createServer((socket) => this.keep(socket))
    this.server.maxConnections = MAX_CONNECTIONS
    // A connection that could not be accepted is its peer's loss, and not the end of this program.
    this.server.on('error', () => {})
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => reject(explain(error, this.listener)))
      const { address, port } = this.listener
      this.server.listen({ host: address, port, ipv6Only: isIPv6(address), exclusive: true }, resolve)
    })
    this.port = (this.server.address() as AddressInfo).port
  }

  /** What it is called by its peers. */
  get sentBy(): string {
    return hostPort(advertised(this.listener, this.port))
  }

  isConnectedTo(to: NetworkAddress): boolean {
    return this.connections.has(hostPort(to))
  }

  /** Rejects in a bounded time when the peer can't be reached or does not read. */
  async send(bytes: Uint8Array | string, to: NetworkAddress, options: SendOptions = {}): Promise<void> {
    const { orElse = to, connectWithinMs = CONNECT_TIMEOUT_MS } = options
    const open = this.connections.get(hostPort(to)) ?? this.connections.get(hostPort(orElse))
    await write(open ?? (await this.connect(orElse, connectWithinMs)), bytes)
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const socket of this.sockets) socket.destroy(new Error('the gateway stops'))
    await closed
  }

  private connect(to: NetworkAddress, withinMs: number): Promise<Socket> {
    if (this.isClosed) return Promise.reject(new Error('the socket is closed'))
    const key = hostPort(to)
    const known = this.pending.get(key)
    if (known) return known
    const made = this.open(to, withinMs).finally(() => this.pending.delete(key))
    this.pending.set(key, made)
    return made
  }

  private open(to: NetworkAddress, withinMs: number): Promise<Socket> {
    const { address } = this.listener
    return new Promise((resolve, reject) => {
      // Carriers know us by our address, so a connection comes from the one that we listen on.
      const from = isAnyAddress(address) ? {} : { localAddress: address }
      const socket = connect({ host: to.address, port: to.port, ...from })
      const timer = setTimeout(() => socket.destroy(new Error('connection timed out')), withinMs)
      this.track(socket)
      socket.once('error', reject)
      socket.once('close', () => clearTimeout(timer))
      socket.once('connect', () => {
        clearTimeout(timer)
        this.keep(socket)
        resolve(socket)
      })
    })
  }

  private track(socket: Socket): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
  }

  private keep(socket: Socket): void {
    this.track(socket)
    socket.on('error', () => socket.destroy())
    const { remoteAddress, remotePort } = socket
    // It is gone already.
    if (remoteAddress === undefined || remotePort === undefined) return void socket.destroy()
    const source: NetworkAddress = { transport: 'TCP', address: remoteAddress, port: remotePort, socket: this.sentBy }
    const key = hostPort(source)
    const framer = new StreamFramer()
    this.connections.set(key, socket)
    socket.setNoDelay(true)
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy())
    socket.on('close', () => this.connections.get(key) === socket && this.connections.delete(key))
    socket.on('data', (chunk) => {
      for (const part of framer.push(chunk)) {
        if (part.type === 'message') this.receive.message(part.bytes, source)
        else if (part.type === 'ping') socket.write('\r\n')
        else {
          this.receive.broken(part.why, source)
          socket.destroy()
        }
      }
    })
  }
}

function write(socket: Socket, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('the peer does not read'))
      socket.destroy()
    }, WRITE_TIMEOUT_MS)
    socket.write(bytes, (error) => {
      clearTimeout(timer)
      if (error) reject(error)
      else resolve()
    })
  })
}
