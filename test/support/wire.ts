import { SipFrame } from './sip-frame'

export type Direction = 'sent' | 'received'

export interface WireFrame {
  readonly direction: Direction
  readonly frame: SipFrame
}

interface Waiter {
  readonly satisfied: () => boolean
  readonly resolve: () => void
}

const WAIT_MS = 15_000

/** Everything that one phone sent and received, in order. `>` is sent by the phone, `<` is received by it. */
export class Wire {
  readonly frames: WireFrame[] = []
  private waiters: Waiter[] = []

  add(direction: Direction, text: string): void {
    if (text.trim() === '') return
    this.frames.push({ direction, frame: new SipFrame(text) })
    const ready = this.waiters.filter((waiter) => waiter.satisfied())
    this.waiters = this.waiters.filter((waiter) => !ready.includes(waiter))
    for (const waiter of ready) waiter.resolve()
  }

  /** `> INVITE`, `< 180 INVITE`, ... of the given methods, or of all. */
  labels(...methods: string[]): string[] {
    return this.frames
      .filter(({ frame }) => methods.length === 0 || methods.includes(frame.method))
      .map(({ direction, frame }) => `${direction === 'sent' ? '>' : '<'} ${frame.label}`)
  }

  all(direction: Direction, label: string): SipFrame[] {
    return this.frames.filter((f) => f.direction === direction && f.frame.label === label).map((f) => f.frame)
  }

  sent(label: string, index = 0): SipFrame {
    return this.one('sent', label, index)
  }

  received(label: string, index = 0): SipFrame {
    return this.one('received', label, index)
  }

  /** Resolves when the `count`th frame of that kind has passed, at once if it has. */
  async waitFor(direction: Direction, label: string, count = 1): Promise<SipFrame> {
    const satisfied = () => this.all(direction, label).length >= count
    if (!satisfied()) await this.wait(satisfied, `${count} x "${label}" ${direction}`)
    return this.one(direction, label, count - 1)
  }

  toString(): string {
    return this.frames
      .map(({ direction, frame }) => `${direction === 'sent' ? '>>>' : '<<<'} ${readable(frame)}\n`)
      .join('\n')
  }

  private one(direction: Direction, label: string, index: number): SipFrame {
    const found = this.all(direction, label)[index]
    if (!found)
      throw new Error(`no "${label}" ${direction} (number ${index}); the wire has ${this.labels().join(', ')}`)
    return found
  }

  private wait(satisfied: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`waited for ${what}; the wire has ${this.labels().join(', ')}`))
      const timer = setTimeout(late, WAIT_MS)
      this.waiters.push({
        satisfied,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      })
    })
  }
}

/** The message without the many lines of a browser's SDP that say nothing about signalling. */
function readable(frame: SipFrame): string {
  if (!frame.body.startsWith('v=0')) return frame.text.trimEnd()
  const head = frame.text.slice(0, frame.text.length - frame.body.length)
  const kept = frame.body.split('\r\n').filter((line) => /^(o=|m=|a=(sendrecv|sendonly|recvonly|inactive))/.test(line))
  return `${head}${kept.join('\r\n')}`
}
