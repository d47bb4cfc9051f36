/** `npm run bench:media`: what a call costs rtpengine in user space: relayed, between the two G.711, and between opus and G.711. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { NgClient } from '../src/gateway/media/ng-client'
import { unheard } from '../src/media/leg'
import { answerCommand, deleteCommand, offerCommand } from '../src/media/ng'
import { readOptions, writeJson } from './support/options'
import { cpuSeconds, freePort, startServer, stopServer, until } from './support/processes'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

const RTPENGINE = '/usr/bin/rtpengine'
const FIRST_PORT = 40_000
const PACKETS_PER_SECOND = 50
const RTP = unheard('rtp')

const defaults = { calls: '30', seconds: '8', rounds: '3' }

interface Codec {
  readonly type: number
  readonly line: string
  /** Of 20 ms. */
  readonly samples: number
  payload(packet: number): Buffer
}

const tone = Buffer.from(Array.from({ length: 160 }, (_, i) => (128 + Math.round(100 * Math.sin(i / 8))) & 0xff))
const PCMU: Codec = { type: 0, line: 'a=rtpmap:0 PCMU/8000', samples: 160, payload: () => tone }
const PCMA: Codec = { type: 8, line: 'a=rtpmap:8 PCMA/8000', samples: 160, payload: () => tone }
/** RFC 6716 §3.1: one frame of 20 ms, hybrid, whose bits say what they will: it is decoded like any other. */
const OPUS: Codec = {
  type: 96,
  line: 'a=rtpmap:96 opus/48000/2',
  samples: 960,
  payload: (packet) =>
    Buffer.from(Array.from({ length: 80 }, (_, i) => (i === 0 ? 0x78 : (packet * 31 + i * 17) & 0xff))),
}

const KINDS: ReadonlyArray<readonly [title: string, one: Codec, other: Codec]> = [
  ['relayed, PCMA', PCMA, PCMA],
  ['PCMU and PCMA', PCMU, PCMA],
  ['opus and PCMA', OPUS, PCMA],
]

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, defaults)
  if (!existsSync(RTPENGINE)) throw new Error(`${RTPENGINE} is not installed (Debian: rtpengine-daemon)`)
  const port = await freePort()
  const engine = startServer(RTPENGINE, [
    ...['--config-file=none', '--foreground', '--log-stderr', '--log-level=3', '--table=-1', '--interface=127.0.0.1'],
    ...[`--listen-ng=127.0.0.1:${port}`, `--port-min=${FIRST_PORT}`, `--port-max=${FIRST_PORT + 9_998}`],
    ...['--delete-delay=0', '--num-threads=2'],
  ])
  const ng = new NgClient('127.0.0.1', port)
  const isUp = () =>
    ng.send({ command: 'ping' }).then(
      () => true,
      () => false,
    )
  await until('rtpengine', isUp)
  const rounds: Record<string, number[]> = {}
  try {
    for (let round = 1; round <= Number(options.rounds); round++)
      for (const [title, one, other] of KINDS) {
        const calls = await Promise.all(
          Array.from({ length: Number(options.calls) }, (_, i) => Call.begin(ng, `${title}-${round}-${i}`, one, other)),
        )
        const used = await measured(calls, [engine.pid ?? 0], Number(options.seconds))
        rounds[title] = [...(rounds[title] ?? []), used]
        for (const call of calls) await call.end()
      }
  } finally {
    ng.close()
    await stopServer(engine)
  }
  const costs = KINDS.map(([title]) => [title, median(rounds[title] ?? [])] as const)
  const relayed = costs[0]?.[1] ?? Number.NaN
  printTable(
    `A second of a call in rtpengine, user space, without encryption (medians of ${options.rounds} rounds)`,
    ['call', 'ms CPU', 'calls per core', 'of a relayed one'],
    costs.map(([title, ms]) => [title, show(ms), show(1_000 / ms), show(ms / relayed)]),
  )
  writeJson(options.json, { options, rounds })
  process.exit()
}

/** Milliseconds of CPU for a second of one call, by the packets that were sent and not by the clock, which a busy machine bends. */
async function measured(calls: readonly Call[], pids: readonly number[], seconds: number): Promise<number> {
  const tick = () => calls.forEach((call) => void call.talk())
  const clock = setInterval(tick, 1_000 / PACKETS_PER_SECOND)
  await sentBy(calls, PACKETS_PER_SECOND)
  const [cpu, packets] = [cpuSeconds(pids), calls[0]?.packets ?? 0]
  await sentBy(calls, packets + seconds * PACKETS_PER_SECOND)
  const used = cpuSeconds(pids) - cpu
  const spoken = ((calls[0]?.packets ?? 0) - packets) / PACKETS_PER_SECOND
  clearInterval(clock)
  const heard = Math.min(...calls.map((call) => call.heard))
  if (heard < PACKETS_PER_SECOND) throw new Error(`a call has heard ${heard} packets only`)
  return (used * 1_000) / calls.length / spoken
}

function sentBy(calls: readonly Call[], packets: number): Promise<void> {
  return until('packets', () => (calls[0]?.packets ?? 0) >= packets)
}

/** Two ends that talk without pause. */
class Call {
  packets = 0
  heard = 0
  private readonly ng: NgClient
  private readonly id: string
  private readonly ends: ReadonlyArray<{ readonly socket: Socket; readonly codec: Codec; readonly to: number }>

  static async begin(ng: NgClient, id: string, one: Codec, other: Codec): Promise<Call> {
    const [caller, callee] = [await bound(), await bound()]
    const session = { callId: id, fromTag: 'caller' }
    const ends = { from: RTP, to: RTP }
    const transcode = one === other ? [] : ['PCMA']
    const offer = await ng.send(offerCommand(session, { sdp: describe(caller, one), ...ends, transcode }))
    const answer = await ng.send(
      answerCommand({ ...session, toTag: 'callee' }, { sdp: describe(callee, other), ...ends }),
    )
    return new Call(ng, id, [
      { socket: caller, codec: one, to: audioPort(String(answer.sdp)) },
      { socket: callee, codec: other, to: audioPort(String(offer.sdp)) },
    ])
  }

  private constructor(ng: NgClient, id: string, ends: Call['ends']) {
    this.ng = ng
    this.id = id
    this.ends = ends
    for (const { socket } of ends) socket.on('message', () => this.heard++)
  }

  talk(): void {
    const packet = this.packets++
    for (const { socket, codec, to } of this.ends) {
      const head = Buffer.alloc(12)
      head.writeUInt8(0x80, 0)
      head.writeUInt8(codec.type, 1)
      head.writeUInt16BE(packet & 0xffff, 2)
      head.writeUInt32BE((packet * codec.samples) >>> 0, 4)
      head.writeUInt32BE(to, 8)
      socket.send(Buffer.concat([head, codec.payload(packet)]), to, '127.0.0.1')
    }
  }

  async end(): Promise<void> {
    await this.ng.send(deleteCommand(this.id))
    for (const { socket } of this.ends) socket.close()
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

function describe(socket: Socket, { type, line }: Codec): string {
  const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
  return [...lines, `m=audio ${socket.address().port} RTP/AVP ${type}`, line, ''].join('\r\n')
}

function audioPort(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1])
}
