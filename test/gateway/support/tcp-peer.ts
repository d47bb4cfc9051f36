import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { SipFrame } from '../../support/sip-frame'
import { Wire } from '../../support/wire'

/** A carrier that listens on TCP and answers what a test says. */
export class TcpPeer {
  readonly wire = new Wire()
  private readonly server: Server
  private connection: Socket | undefined

  static async open(address: string, port: number): Promise<TcpPeer> {
    const peer = new TcpPeer()
    peer.server.listen(port, address)
    await once(peer.server, 'listening')
    return peer
  }

  private constructor() {
    this.server = createServer((socket) => {
      this.connection = socket
      // The gateway may hang up with a reset, which is no fault of a test.
      socket.on('error', () => {})
      let held = ''
      socket.on('data', (chunk) => {
        held += chunk.toString('utf8')
        for (let end = held.indexOf('\r\n\r\n'); end >= 0; end = held.indexOf('\r\n\r\n')) {
          const length = Number(/^Content-Length: *(\d+)/im.exec(held.slice(0, end))?.[1] ?? 0)
          if (held.length < end + 4 + length) return
          this.wire.add('received', held.slice(0, end + 4 + length))
          held = held.slice(end + 4 + length)
        }
      })
    })
  }

  respond(request: SipFrame, status: number): void {
    const copy = (name: string) => request.headers(name).map((value) => `${name}: ${value}`)
    const to = request.header('To')
    const lines = [
      `SIP/2.0 ${status} Answer`,
      ...copy('Via'),
      ...copy('Record-Route'),
      `To: ${to}${to.includes(';tag=') ? '' : ';tag=carrier'}`,
      ...copy('From'),
      ...copy('Call-ID'),
      ...copy('CSeq'),
      'Content-Length: 0',
    ]
    this.connection?.write(`${lines.join('\r\n')}\r\n\r\n`)
  }

  async close(): Promise<void> {
    this.connection?.destroy()
    this.server.close()
  }
}
