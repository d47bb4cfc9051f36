import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export interface RtpPacket {
  readonly payloadType: number
  readonly marker: boolean
  readonly ssrc: number
  readonly payload: Buffer
}

const WAIT_MS = 10_000
const PACKET_MS = 20

/** An end of a call that sends and receives plain RTP on a loopback port. */
export class RtpPeer {
  readonly received: RtpPacket[] = []
  port = 0
  private readonly socket: Socket
  readonly ssrc = Math.floor(Math.random() * 2 ** 32)
  private sequence = 0
  private talking: NodeJS.Timeout | undefined

  static async open(): Promise<RtpPeer> {
    const peer = new RtpPeer()
    peer.socket.bind(0, '127.0.0.1')
    await once(peer.socket, 'listening')
    peer.port = peer.socket.address().port
    return peer
  }

  private constructor() {
    this.socket = createSocket('udp4')
    this.socket.on('message', (bytes) => this.receive(bytes))
  }

  /** A packet every 20 ms to where a description says, until the next `talk` or `hush`. `fill`: each byte of its payload. */
  talk(sdp: string, payloadType: number, fill: number | ((sample: number) => number)): void {
    this.hush()
    const port = portOf(sdp)
    this.talking = setInterval(() => this.socket.send(this.packet(payloadType, fill), port, '127.0.0.1'), PACKET_MS)
  }

  /** What comes goes back, as it is. */
  echo(sdp: string): void {
    const port = portOf(sdp)
    this.socket.on('message', (bytes) => this.socket.send(bytes, port, '127.0.0.1'))
  }

  /** How many packets it has sent. */
  get sent(): number {
    return this.sequence
  }

  hush(): void {
    clearInterval(this.talking)
  }

  /** Until that many packets more have come that are wanted. */
  async hears(count: number, isWanted: (packet: RtpPacket) => boolean = () => true): Promise<RtpPacket[]> {
    const before = this.received.length
    const deadline = Date.now() + WAIT_MS
    for (;;) {
      const wanted = this.received.slice(before).filter(isWanted)
      if (wanted.length >= count) return wanted
      if (Date.now() > deadline)
        throw new Error(`heard ${wanted.length} of ${count} packets, ${this.received.length - before} of any kind`)
      await new Promise((resolve) => setTimeout(resolve, PACKET_MS))
    }
  }

  close(): void {
    this.hush()
    this.socket.close()
  }

  /** RFC 3550 §5.1: 20 ms of an 8 kHz codec with a byte for each sample. */
  private packet(payloadType: number, fill: number | ((sample: number) => number)): Buffer {
    const packet = Buffer.alloc(172)
    for (let i = 0; i < 160; i++) packet[12 + i] = typeof fill === 'number' ? fill : fill(this.sequence * 160 + i)
    packet.writeUInt8(0x80, 0)
    packet.writeUInt8(payloadType, 1)
    packet.writeUInt16BE(this.sequence & 0xffff, 2)
    packet.writeUInt32BE((this.sequence * 160) >>> 0, 4)
    packet.writeUInt32BE(this.ssrc, 8)
    this.sequence++
    return packet
  }

  private receive(bytes: Buffer): void {
    const second = bytes.readUInt8(1)
    const payload = bytes.subarray(12)
    this.received.push({ payloadType: second & 0x7f, marker: second > 0x7f, ssrc: bytes.readUInt32BE(8), payload })
  }
}

/** The port of the first medium. */
export function portOf(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1])
}
