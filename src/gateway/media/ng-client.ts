import { createSocket, type Socket } from 'node:dgram'
import { decode, encode } from 'bencodec'
import type { NgCommand } from '../../media/ng'

/** How long an answer may take before the command goes out again, and how often it goes out. */
export const NG_TIMEOUT_MS = 1_000
export const NG_TRIES = 3

type Dictionary = Parameters<typeof encode>[0]

/** What rtpengine answers: strings, numbers, lists and dictionaries. */
export type NgAnswer = Readonly<Record<string, unknown>>

interface Waiting {
  settle(answer: NgAnswer): void
}

/** One rtpengine: `COOKIE dictionary` over UDP. A command that is sent again has its cookie, and gets the same answer. */
export class NgClient {
  readonly host: string
  readonly port: number
  private readonly socket: Socket
  private readonly waiting = new Map<string, Waiting>()
  private cookies = 0
  private readonly prefix = Math.random().toString(36).slice(2, 8)

  constructor(host: string, port: number) {
    this.host = host
    this.port = port
    this.socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    this.socket.on('message', (bytes) => this.receive(bytes))
    this.socket.on('error', () => {})
    this.socket.unref()
  }

  /** Rejects when there is no answer, or rtpengine says that it failed. */
  async send(command: NgCommand, tries = NG_TRIES): Promise<NgAnswer> {
    const cookie = `${this.prefix}_${++this.cookies}`
    const bytes = Buffer.concat([Buffer.from(`${cookie} `), Buffer.from(encode(command as Dictionary))])
    try {
      for (let i = 0; i < tries; i++) {
        const answer = await this.attempt(cookie, bytes)
        if (answer) return refused(answer)
      }
    } finally {
      this.waiting.delete(cookie)
    }
    throw new Error(`rtpengine ${this.host}:${this.port} does not answer`)
  }

  close(): void {
    this.socket.close()
  }

  private attempt(cookie: string, bytes: Buffer): Promise<NgAnswer | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), NG_TIMEOUT_MS)
      this.waiting.set(cookie, {
        settle: (answer) => {
          clearTimeout(timer)
          resolve(answer)
        },
      })
      // A send that fails is a try without an answer.
      this.socket.send(bytes, this.port, this.host, () => {})
    })
  }

  private receive(bytes: Buffer): void {
    const space = bytes.indexOf(0x20)
    const waiting = this.waiting.get(bytes.subarray(0, Math.max(0, space)).toString('latin1'))
    if (!waiting) return
    try {
      waiting.settle(decode(bytes.subarray(space + 1), { stringify: true }) as NgAnswer)
    } catch {
      // Not bencode: as if nothing had come.
    }
  }
}

function refused(answer: NgAnswer): NgAnswer {
  if (answer.result === 'error') throw new Error(`rtpengine: ${String(answer['error-reason'])}`)
  return answer
}
