import type { DialogRecord } from '../proxy/dialog-record'
import { type DescribedMedia, describedMedia } from './described-media'
import type { TraceEntry } from './entry'
import { answeredBranch, headerIn, summaryOf } from './summary'

/** Something about a call that somebody who looks for a fault wants to know first, in one sentence. */
export interface Finding {
  readonly kind:
    | 'early-bye'
    | 'no-ack'
    | 'packet-times'
    | 'no-common-codec'
    | 'silent'
    | 'nobody-registered'
    | 'socket-lost'
    | 'never-ended'
  readonly text: string
}

/** What is remarkable about a call: each rule says nothing of a call that went well. */
export function findingsOf(record: DialogRecord, entries: readonly TraceEntry[]): Finding[] {
  return RULES.flatMap((rule) => rule(record, entries) ?? [])
}

type Rule = (record: DialogRecord, entries: readonly TraceEntry[]) => Finding | undefined

const RULES: readonly Rule[] = [
  earlyBye,
  noAck,
  packetTimes,
  noCommonCodec,
  silent,
  nobodyRegistered,
  socketLost,
  neverEnded,
]

/** A phone that can't use what was agreed on hangs up at once, often in place of its ACK. */
function earlyBye(record: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  if (!record.earlyBye) return undefined
  const { caller, callee } = describedMedia(entries)
  const ack = isAcknowledged(entries) ? '' : ' without an ACK'
  const media = caller && callee ? ` The caller offered ${inWords(caller)}; the answer was ${inWords(callee)}.` : ''
  return {
    kind: 'early-bye',
    text: `The ${record.endedBy ?? 'phone'} hung up ${record.durationMs} ms after the answer${ack}: it would not have what was agreed on.${media}`,
  }
}

function noAck(record: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  if (record.answeredAtMs === undefined || record.earlyBye || isAcknowledged(entries)) return undefined
  if (record.endedAtMs === undefined) return undefined
  return {
    kind: 'no-ack',
    text: 'The caller never acknowledged the answer (no ACK): the callee gives up after 32 s (RFC 3261 §13.3.1.4).',
  }
}

function packetTimes(_: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  const { caller, callee } = describedMedia(entries)
  if (caller?.ptime === undefined || callee?.ptime === undefined || caller.ptime === callee.ptime) return undefined
  return {
    kind: 'packet-times',
    text: `The caller wants ${caller.ptime} ms of media in a packet, the callee ${callee.ptime} ms (ptime): a phone that insists on its own hears nothing, or hangs up.`,
  }
}

function noCommonCodec({ status }: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  if (status !== 488 && status !== 606) return undefined
  const { caller } = describedMedia(entries)
  const warning = entries.map(({ text }) => headerIn(text, 'warning')).find((value) => value !== undefined)
  const offered = caller ? ` The caller offered ${inWords(caller)}.` : ''
  return {
    kind: 'no-common-codec',
    text: `The media that the caller offered were refused.${offered}${warning === undefined ? '' : ` Warning: ${warning}`}`,
  }
}

/** Branches whose phone said nothing at all, not even 100. */
function silent({ status }: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  if (status !== 408) return undefined
  const heard = new Set(entries.filter(({ way }) => way === 'in').map(({ peer }) => peer))
  const mute = entries.filter(({ peer, who, failed }) => who !== undefined && !heard.has(peer) && failed === undefined)
  if (mute.length === 0) return undefined
  return { kind: 'silent', text: `No answer at all came from ${mute.map(({ who }) => who).join(', ')}.` }
}

function nobodyRegistered(record: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  const { status, to } = record
  if ((status !== 404 && status !== 480) || entries.some(({ peer }) => peer !== 'caller')) return undefined
  return {
    kind: 'nobody-registered',
    text: `No phone was tried: none is registered for ${to}, or the routing script refused the call.`,
  }
}

function socketLost(_: DialogRecord, entries: readonly TraceEntry[]): Finding | undefined {
  const failed = entries.find((entry) => entry.failed !== undefined)
  if (!failed) return undefined
  return {
    kind: 'socket-lost',
    text: `${summaryOf(failed.text).title} did not reach ${failed.who ?? `branch ${failed.peer}`}: ${failed.failed}.`,
  }
}

function neverEnded({ result }: DialogRecord): Finding | undefined {
  return result === 'expired'
    ? { kind: 'never-ended', text: 'No BYE ever came: the record was closed when the longest duration was over.' }
    : undefined
}

function isAcknowledged(entries: readonly TraceEntry[]): boolean {
  return (
    answeredBranch(entries) === undefined ||
    entries.some(({ peer, way, text }) => peer === 'caller' && way === 'in' && text.startsWith('ACK '))
  )
}

function inWords({ codecs, ptime }: DescribedMedia): string {
  return `${codecs.join(', ') || 'nothing'}${ptime === undefined ? '' : `, ${ptime} ms in a packet`}`
}
