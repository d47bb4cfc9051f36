import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { RtpPeer } from './rtp-peer'
import { portOf } from './rtp-peer'

const REPORT_EVERY_MS = 100
/** Seconds from the epoch of NTP to that of Unix. */
const NTP_EPOCH = 2_208_988_800
const [SENDER_REPORT, SDES, CNAME] = [200, 202, 1]

/** The RTCP of one end of a call: reports of what it sends and, as if it had heard all of it, of what it hears (RFC 3550 §6.4.1). */
export class RtcpPeer {
  port = 0
  private readonly socket: Socket = createSocket('udp4')
  private readonly rtp: RtpPeer
  private reporting: NodeJS.Timeout | undefined
  /** The middle of the NTP time in the last report of the other end, and when that came. */
  private heard: { readonly ssrc: number; readonly time: number; readonly atMs: number } | undefined

  static async open(rtp: RtpPeer): Promise<RtcpPeer> {
    const peer = new RtcpPeer(rtp)
    peer.socket.bind(0, '127.0.0.1')
    await once(peer.socket, 'listening')
    peer.port = peer.socket.address().port
    return peer
  }

  private constructor(rtp: RtpPeer) {
    this.rtp = rtp
    this.socket.on('message', (bytes) => this.receive(bytes))
  }

  /** The description with the port of its reports (RFC 3605). */
  described(sdp: string): string {
    return `${sdp}a=rtcp:${this.port}\r\n`
  }

  /** A report every 100 ms to where a description says. `lost`: the share of packets that are missing, 0 to 255. */
  report(sdp: string, lost = 0): void {
    const port = Number(/^a=rtcp:(\d+)/m.exec(sdp)?.[1] ?? portOf(sdp) + 1)
    this.reporting = setInterval(() => this.socket.send(this.packet(lost), port, '127.0.0.1'), REPORT_EVERY_MS)
  }

  hush(): void {
    clearInterval(this.reporting)
  }

  close(): void {
    this.hush()
    this.socket.close()
  }

  private packet(lost: number): Buffer {
    const { heard, rtp } = this
    const report = Buffer.alloc(heard ? 52 : 28)
    report.writeUInt8(heard ? 0x81 : 0x80, 0)
    report.writeUInt8(SENDER_REPORT, 1)
    report.writeUInt16BE(report.length / 4 - 1, 2)
    report.writeUInt32BE(rtp.ssrc, 4)
    const now = Date.now()
    report.writeUInt32BE(Math.floor(now / 1_000) + NTP_EPOCH, 8)
    report.writeUInt32BE(Math.floor(((now % 1_000) / 1_000) * 2 ** 32), 12)
    report.writeUInt32BE((rtp.sent * 160) >>> 0, 16)
    report.writeUInt32BE(rtp.sent, 20)
    report.writeUInt32BE(rtp.sent * 160, 24)
    if (heard) {
      report.writeUInt32BE(heard.ssrc, 28)
      report.writeUInt8(lost, 32)
      report.writeUInt32BE(rtp.received.length, 36)
      report.writeUInt32BE(16, 40)
      report.writeUInt32BE(heard.time, 44)
      report.writeUInt32BE(Math.round(((now - heard.atMs) / 1_000) * 65_536), 48)
    }
    const name = Buffer.alloc(16)
    name.writeUInt8(0x81, 0)
    name.writeUInt8(SDES, 1)
    name.writeUInt16BE(3, 2)
    name.writeUInt32BE(rtp.ssrc, 4)
    name.writeUInt8(CNAME, 8)
    name.writeUInt8(4, 9)
    name.write('peer', 10)
    return Buffer.concat([report, name])
  }

  private receive(bytes: Buffer): void {
    if (bytes.readUInt8(1) !== SENDER_REPORT) return
    this.heard = { ssrc: bytes.readUInt32BE(4), time: bytes.readUInt32BE(10), atMs: Date.now() }
  }
}
