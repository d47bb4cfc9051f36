import type { EndedMedia } from '../media/statistics'
import { hash } from '../platform/hash'
import { canonicalAor, parseUri } from '../sip/message/uri'
import type { DialogRecord, DialogResult } from '../sip/proxy/dialog-record'

/** A call as it is told to the object that keeps it. */
export interface ToldCall {
  /** Epoch ms; with `name` it is the key. */
  readonly setupAtMs: number
  readonly name: string
  /** When it is told, in epoch ms: the newest counts, but nothing is newer than the end. */
  readonly toldAtMs: number
  readonly callId: string
  /** Addresses-of-record and domains that it concerns, each between spaces: ` alice@example.test example.test `. */
  readonly concerns: string
  readonly isOver: boolean
  /** JSON of a `DialogRecord`. */
  readonly record: string
  /** Lines of the ladder since the last time. */
  readonly lines: string
}

/** Which calls are wanted, the newest first. */
export interface CallQuery {
  readonly limit: number
  /** Only calls before this one. */
  readonly before?: { readonly setupAtMs: number; readonly name: string }
  readonly fromMs?: number
  readonly untilMs?: number
  readonly callId?: string
  /** All of these must be among what a call concerns. */
  readonly concerns: readonly string[]
  /** Any of these must be. */
  readonly anyOf?: readonly string[]
  readonly isOver?: boolean
  readonly result?: DialogResult
}

export interface KeptCall {
  readonly setupAtMs: number
  readonly name: string
  readonly isOver: boolean
  /** JSON of a `DialogRecord`. */
  readonly record: string
}

/** Objects that share the calls of a day: one takes some hundred calls a second. Another number hides the calls of before. */
export const CALL_SHARDS = 4
/** How long calls are kept after the day (UTC) that they began on. */
export const CALLS_KEPT_DAYS = 7
const DAY_MS = 86_400_000
const ID_CHARACTERS = 16

/** The name of a call among those that began in the same millisecond: the same whoever tells of it. */
export function callName({ callId, fromTag }: Pick<DialogRecord, 'callId' | 'fromTag'>): string {
  return hash('SHA-256', JSON.stringify([callId, fromTag])).slice(0, ID_CHARACTERS)
}

/** When a call is forgotten, with its whole day. */
export function keptUntilMs(setupAtMs: number): number {
  return (Math.floor(setupAtMs / DAY_MS) + 1 + CALLS_KEPT_DAYS) * DAY_MS
}

/** The object that keeps a call. */
export function callsObjectOf(setupAtMs: number, name: string): string {
  return callsObjectName(setupAtMs, Number.parseInt(name.slice(0, 8), 16) % CALL_SHARDS)
}

export function callsObjectName(atMs: number, shard: number): string {
  return `${new Date(atMs).toISOString().slice(0, 10)} ${shard} of ${CALL_SHARDS}`
}

export function toldCall(record: DialogRecord, lines: string, nowMs: number): ToldCall {
  return {
    setupAtMs: record.setupAtMs,
    name: callName(record),
    toldAtMs: nowMs,
    callId: record.callId,
    concerns: concernsOf(record),
    isOver: record.endedAtMs !== undefined,
    record: JSON.stringify(record),
    lines,
  }
}

/** How the media of one passage of a call through a gateway were, as it is kept. */
export interface KeptMedia {
  /** Of the call. */
  readonly name: string
  /** The same however often it is told. */
  readonly passage: string
  /** JSON of a `CallMedia`. */
  readonly media: string
}

/** How the media of a call were at one gateway. */
export interface CallMedia extends Pick<EndedMedia, 'engine' | 'link' | 'network'> {
  readonly gateway: string
}

/** The object that keeps the call: gateways know when its INVITE passed them, which is when it began but for moments about midnight. */
export function mediaObjectOf(media: EndedMedia): string {
  return callsObjectOf(media.beganAtMs, callName(media))
}

export function keptMedia(gateway: string, { session, engine, link, network, ...call }: EndedMedia): KeptMedia {
  const media: CallMedia = { gateway, engine, ...(link ? { link } : {}), ...(network ? { network } : {}) }
  return { name: callName(call), passage: `${gateway} ${session}`, media: JSON.stringify(media) }
}

/** Whose call it is, as addresses and domains. */
function concernsOf(record: DialogRecord): string {
  return ` ${[...new Set([...aorsOf(record), ...domainsOf(record)])].join(' ')} `
}

/** The domains of everybody whose call it is. */
export function domainsOf(record: DialogRecord): string[] {
  return [...new Set(aorsOf(record).map((aor) => aor.slice(aor.lastIndexOf('@') + 1)))]
}

/** Who has proved to be the caller, who has answered, and who was dialled. */
function aorsOf({ caller, callee, requestUri, to }: DialogRecord): string[] {
  return [caller, callee, aorOf(requestUri), aorOf(to)].filter((aor) => aor?.includes('@') === true) as string[]
}

function aorOf(text: string): string | undefined {
  const uri = parseUri(text)
  return uri && canonicalAor(uri)
}
