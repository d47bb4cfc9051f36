import { codecNames } from '../sdp/codecs'
import { packetTime } from '../sdp/packet-time'
import type { TraceEntry } from './entry'
import { answeredBranch, bodyOf, summaryOf } from './summary'

/** What one side of a call says of its audio. */
export interface DescribedMedia {
  /** Names as written, each once, the preferred one first. */
  readonly codecs: readonly string[]
  /** Ms of media in a packet (RFC 8866 §6.4); absent when the side says nothing. */
  readonly ptime?: number
  readonly maxptime?: number
}

/** What both sides say: the caller in his INVITE, the callee in the answer, or in the early one when there is none. */
export function describedMedia(entries: readonly TraceEntry[]): {
  readonly caller?: DescribedMedia
  readonly callee?: DescribedMedia
} {
  const caller = entries.find(({ peer, way, text }) => peer === 'caller' && way === 'in' && describes(text, 'INVITE'))
  const answered = answeredBranch(entries)
  const answers = entries.filter(
    ({ peer, way, text }) =>
      typeof peer === 'number' &&
      way === 'in' &&
      (answered === undefined || peer === answered) &&
      describes(text, 'INVITE'),
  )
  const callee = answers.find(({ text }) => (summaryOf(text).status ?? 0) >= 200) ?? answers[0]
  return {
    ...(caller ? { caller: mediaOf(bodyOf(caller.text)) } : {}),
    ...(callee ? { callee: mediaOf(bodyOf(callee.text)) } : {}),
  }
}

function describes(text: string, method: string): boolean {
  const summary = summaryOf(text)
  return summary.method === method && summary.hasDescription
}

function mediaOf(sdp: string): DescribedMedia {
  const ptime = packetTime(sdp, 'ptime')
  const maxptime = packetTime(sdp, 'maxptime')
  return {
    codecs: [...new Set(codecNames(sdp))],
    ...(ptime === undefined ? {} : { ptime }),
    ...(maxptime === undefined ? {} : { maxptime }),
  }
}
