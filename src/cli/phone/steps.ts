import { redacted } from '../../sip/auth/redacted'
import { parseCSeq } from '../../sip/message/c-seq'
import { header } from '../../sip/message/headers'
import type { Message } from '../../sip/message/message'
import { serialize } from '../../sip/message/serialize'
import { printable } from '../table'

/** What a phone did or saw, and when: ms since the start of the test. */
export interface Step {
  readonly atMs: number
  readonly phone: string
  readonly text: string
}

/** The steps of a test, told as they happen. */
export class Steps {
  readonly all: Step[] = []
  private readonly startedAtMs = performance.now()
  private readonly tell: (line: string) => void
  private readonly isVerbose: boolean

  /** `tell` gets a line for each step; `isVerbose`: whole messages, without digests. */
  constructor(tell: (line: string) => void, isVerbose: boolean) {
    this.tell = tell
    this.isVerbose = isVerbose
  }

  elapsedMs(): number {
    return Math.round(performance.now() - this.startedAtMs)
  }

  message(phone: string, direction: '>' | '<', message: Message): void {
    this.note(phone, `${direction} ${inShort(message)}`)
    if (!this.isVerbose) return
    for (const line of redacted(serialize(message)).trimEnd().split('\r\n')) this.tell(`    ${printable(line)}`)
    this.tell('')
  }

  note(phone: string, text: string): void {
    const step = { atMs: this.elapsedMs(), phone, text: printable(text) }
    this.all.push(step)
    this.tell(`${(step.atMs / 1_000).toFixed(3).padStart(8)} s  ${phone}  ${step.text}`)
  }
}

function inShort(message: Message): string {
  if (message.kind === 'request') return `${message.method} ${message.uri}`
  return `${message.status} ${message.reason} (${parseCSeq(header(message, 'cseq'))?.method ?? '?'})`
}
