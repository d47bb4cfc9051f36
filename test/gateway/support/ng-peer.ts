import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { ngPacket, readNgPacket } from '../../../src/gateway/media/ng-client'

interface Asked {
  readonly cookie: string
  readonly command: string
  answer(dictionary: Readonly<Record<string, string>>, cookie?: string): void
}

/** The far end of an ng client that loses, delays and refuses as a test says: what no real rtpengine does on demand. */
export class NgPeer {
  readonly asked: Asked[] = []
  port = 0
  answers: (asked: Asked, count: number) => void = ({ answer }) => answer({ result: 'pong' })
  private readonly socket: Socket = createSocket('udp4')

  static async open(port = 0): Promise<NgPeer> {
    const peer = new NgPeer()
    peer.socket.bind(port, '127.0.0.1')
    await once(peer.socket, 'listening')
    peer.port = peer.socket.address().port
    peer.socket.on('message', (bytes, from) => peer.take(bytes, from))
    return peer
  }

  get address() {
    return { host: '127.0.0.1', port: this.port, weight: 1, transcodes: 10 }
  }

  close(): void {
    this.socket.close()
  }

  private take(bytes: Buffer, from: RemoteInfo): void {
    const packet = readNgPacket(bytes)
    if (!packet) return
    const { cookie } = packet
    const answer: Asked['answer'] = (dictionary, other = cookie) =>
      this.socket.send(ngPacket(other, dictionary as never), from.port, from.address)
    const asked = { cookie, command: String(packet.dictionary.command), answer }
    this.asked.push(asked)
    this.answers(asked, this.asked.length)
  }
}
