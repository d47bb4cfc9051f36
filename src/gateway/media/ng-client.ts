import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { decode, encode } from 'bencodec'
import type { NgCommand } from '../../media/ng'

/** How long an answer is waited for before the command goes out again, in ms; after the last it has failed. */
export const NG_WAITS_MS: readonly number[] = [250, 500, 1_000]

/** What rtpengine answers: strings, numbers, lists and dictionaries. Strings have one character for each byte. */
export type NgAnswer = Readonly<Record<string, unknown>>

/** No answer at all: the engine is gone, or the way to it. */
export class NgTimeout extends Error {}

/** The engine lives, and has enough to do. */
export class NgOverload extends Error {}

/** One rtpengine: `COOKIE dictionary` over UDP. A command that is sent again has its cookie, and gets the same answer. */
export class NgClient {
  readonly name: string
  private readonly host: string
  private readonly port: number
  private readonly socket: Socket
  private readonly waiting = new Map<string, (answer: NgAnswer) => void>()
  private readonly prefix = randomBytes(6).toString('hex')
  private cookies = 0
  private isClosed = false

  constructor(host: string, port: number) {
    this.host = host
    this.port = port
    this.name = `${host.includes(':') ? `[${host}]` : host}:${port}`
    this.socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    this.socket.on('message', (bytes) => this.receive(bytes))
    this.socket.on('error', () => {})
    this.socket.unref()
  }

  /** Strings of the command have one character for each byte. Rejects when there is no answer, or it says that it failed. */
  async send(command: NgCommand, waitsMs: readonly number[] = NG_WAITS_MS): Promise<NgAnswer> {
    const cookie = `${this.prefix}_${++this.cookies}`
    const answer = await this.exchange(cookie, ngPacket(cookie, command), waitsMs)
    if (!answer) throw new NgTimeout(`rtpengine ${this.name} does not answer`)
    if (answer.result === 'error') throw new Error(`rtpengine ${this.name}: ${String(answer['error-reason'])}`)
    if (answer.result === 'load limit') throw new NgOverload(`rtpengine ${this.name} takes no more calls`)
    return answer
  }

  close(): void {
    this.isClosed = true
    this.socket.close()
  }

  private exchange(cookie: string, packet: Buffer, waitsMs: readonly number[]): Promise<NgAnswer | undefined> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const settle = (answer?: NgAnswer) => {
        clearTimeout(timer)
        this.waiting.delete(cookie)
        resolve(answer)
      }
      const attempt = ([waitMs, ...later]: readonly number[]) => {
        if (waitMs === undefined || this.isClosed) return settle()
        timer = setTimeout(() => attempt(later), waitMs)
        // What can't be sent is a try without an answer.
        this.socket.send(packet, this.port, this.host, () => {})
      }
      this.waiting.set(cookie, settle)
      attempt(waitsMs)
    })
  }

  /** What answers nothing that is waited for is too late, or not for us. */
  private receive(bytes: Buffer): void {
    const answer = readNgPacket(bytes)
    if (answer) this.waiting.get(answer.cookie)?.(answer.dictionary)
  }
}

/** A cookie is any bytes but a space. */
export function ngPacket(cookie: string, command: NgCommand): Buffer {
  return Buffer.concat([Buffer.from(`${cookie} `, 'latin1'), Buffer.from(encode(toBytes(command) as object))])
}

export function readNgPacket(bytes: Buffer): { readonly cookie: string; readonly dictionary: NgAnswer } | undefined {
  const space = bytes.indexOf(0x20)
  if (space < 1) return undefined
  try {
    const dictionary = toText(decode(bytes.subarray(space + 1)))
    if (typeof dictionary !== 'object' || dictionary === null || Array.isArray(dictionary)) return undefined
    return { cookie: bytes.subarray(0, space).toString('latin1'), dictionary: dictionary as NgAnswer }
  } catch {
    return undefined
  }
}

function toBytes(value: unknown): unknown {
  return mapStrings(value, (v) => (typeof v === 'string' ? Buffer.from(v, 'latin1') : v))
}

function toText(value: unknown): unknown {
  return mapStrings(value, (v) => (Buffer.isBuffer(v) ? v.toString('latin1') : v))
}

function mapStrings(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((v) => mapStrings(v, change))
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return change(value)
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, mapStrings(v, change)]))
}
