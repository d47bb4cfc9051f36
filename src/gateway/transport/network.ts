import { isIPv6 } from 'node:net'
import { encodeFrame, type Frame } from '../../sip/message/octets'
import type { NetworkAddress, NetworkTransport } from '../../sip/transport/hop'
import { type CountersByTransport, newCounters } from './counters'
import type { Listener } from './listener'
import type { SendOptions } from './receiver'
import { Reception, type ReceptionOptions } from './reception'
import { TcpSocket } from './tcp'
import { UdpSocket } from './udp'

type NetworkSocket = UdpSocket | TcpSocket

/** All sockets toward carriers and their phones. */
export class Network {
  readonly counters: CountersByTransport = newCounters()
  private readonly sockets: readonly NetworkSocket[]
  private readonly onWire: ReceptionOptions['onWire']
  /** Every `host:port` that is ours, once it listens; the same array each time. */
  hosts: readonly string[] = []

  constructor(listeners: readonly Listener[], options: Omit<ReceptionOptions, 'counters' | 'send'>) {
    this.onWire = options.onWire
    const send = (frame: Frame, to: NetworkAddress, how?: SendOptions) => this.send(frame, to, how)
    const receive = new Reception({ ...options, send, counters: this.counters })
    this.sockets = listeners.map((listener) =>
      listener.transport === 'UDP' ? new UdpSocket(listener, receive) : new TcpSocket(listener, receive),
    )
  }

  /** Throws an Error of one line when an address can't be had; then none is kept. */
  async listen(): Promise<void> {
    try {
      for (const socket of this.sockets) await socket.listen()
      this.hosts = this.sockets.map(({ sentBy }) => sentBy)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => socket.close()))
  }

  /** Rejects, in a bounded time, when the message certainly did not leave, or there is no socket of that kind. */
  async send(frame: Frame, to: NetworkAddress, options: SendOptions = {}): Promise<void> {
    const counters = this.counters[to.transport]
    this.onWire('out', frame.text, to)
    try {
      await this.socketFor(to).send(encodeFrame(frame), to, options)
      counters.sent++
    } catch (error) {
      counters.errors++
      throw error
    }
  }

  /** Whether there is a socket that reaches the address. */
  reaches(to: Omit<NetworkAddress, 'port'>): boolean {
    return this.candidates(to).length > 0
  }

  /** Our host and port as a peer of that kind sees them. */
  sentBy(to: Omit<NetworkAddress, 'port'>): string {
    return this.socketFor(to).sentBy
  }

  /** Every `host:port` that is ours, with its transport, and its name if it has one. */
  own(): Array<{ readonly transport: NetworkTransport; readonly hostPort: string; readonly name?: string }> {
    return this.sockets.map(({ listener: { transport, name }, sentBy }) => ({
      transport,
      hostPort: sentBy,
      ...(name === undefined ? {} : { name }),
    }))
  }

  /** The addresses as the listener of that name reaches them. Throws when there is none of that name. */
  over(name: string, addresses: readonly NetworkAddress[]): NetworkAddress[] {
    if (!this.sockets.some(({ listener }) => listener.name === name)) throw new Error(`no listener is named ${name}`)
    return addresses.flatMap((to) => {
      const socket = this.ofKind(to).find(({ listener }) => listener.name === name)
      return socket ? [{ ...to, socket: socket.sentBy }] : []
    })
  }

  /** RFC 3581 §4: the one that it was heard on; else one that is connected already; else the first of its kind. */
  private socketFor(to: Omit<NetworkAddress, 'port'> & Partial<Pick<NetworkAddress, 'port'>>): NetworkSocket {
    const candidates = this.candidates(to)
    const { port } = to
    const socket =
      candidates.find((candidate) => candidate.sentBy === to.socket) ??
      candidates.find((candidate) => port !== undefined && candidate.isConnectedTo({ ...to, port })) ??
      candidates[0]
    if (!socket) throw new Error(`no ${to.transport} socket reaches ${to.address}`)
    return socket
  }

  /** Whom a peer knows by a socket that has a name, he knows by no other one. */
  private candidates(to: Omit<NetworkAddress, 'port'>): NetworkSocket[] {
    const name = this.sockets.find(({ sentBy }) => sentBy === to.socket)?.listener.name
    return this.ofKind(to).filter(({ listener }) => name === undefined || listener.name === name)
  }

  private ofKind({ transport, address }: Omit<NetworkAddress, 'port'>): NetworkSocket[] {
    return this.sockets.filter(
      ({ listener }) => listener.transport === transport && isIPv6(listener.address) === isIPv6(address),
    )
  }
}
