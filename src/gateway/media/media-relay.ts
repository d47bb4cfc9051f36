import { readDtmf } from '../../media/dtmf'
import { hasMedia } from '../../media/leg'
import { type DescribedMessage, describedMessage, type Role, stepRole } from '../../media/role'
import { type EndedMedia, type EndMedia, POOR_MOS } from '../../media/statistics'
import { setBody } from '../../sip/message/edit'
import { hasHeader, header } from '../../sip/message/headers'
import type { Message, Request } from '../../sip/message/message'
import { tagOf } from '../../sip/message/name-address'
import { asBytes } from '../../sip/message/octets'
import type { LocalAnswer, Media, MediaWay, Side } from '../core/media'
import type { Log } from '../log'
import { type MediaCounters, newCounters } from './counters'
import type { Described } from './engine-commands'
import type { Engines } from './engines'
import { MediaSession } from './session'

/** Longest life of a session whose BYE never comes. */
export const MAX_SESSION_MS = 24 * 60 * 60_000
/** RFC 3261 §17.1.1.2: for so long a 2xx may still come that crossed with the end of its call. */
export const LINGER_MS = 32_000

const CARRIES_DESCRIPTIONS = ['INVITE', 'ACK', 'PRACK', 'UPDATE']

interface Entry {
  readonly session: MediaSession
  /** Of the INVITE that began it, and when that was. */
  readonly fromTag: string
  readonly beganAtMs: number
  timer: NodeJS.Timeout
  /** Last Contact of each side: the remote target that a local answer repeats (RFC 3261 §12.2.1.2). */
  readonly contacts: Partial<Record<Side, string>>
  /** The last request that was answered here. */
  answered?: { readonly method: string; readonly cSeq: number; readonly answer: LocalAnswer }
}

/** Session descriptions through rtpengine: DTLS-SRTP and ICE toward browsers, plain RTP toward everybody else. */
export class MediaRelay implements Media {
  readonly counters = newCounters()
  private readonly engines: Engines
  private readonly log: Log
  private readonly onEnded: (media: EndedMedia) => void
  private readonly entries = new Map<string, Entry>()

  constructor(engines: Engines, log: Log, onEnded: (media: EndedMedia) => void = () => {}) {
    this.engines = engines
    this.log = log
    this.onEnded = onEnded
  }

  async pass<M extends Message>(message: M, way: MediaWay): Promise<M> {
    const described = describedMessage(message)
    if (!CARRIES_DESCRIPTIONS.includes(described.method)) return message
    const begins = message.kind === 'request' && described.method === 'INVITE'
    if (!begins && !described.hasDescription && !isAccepted(described)) return message
    const entry = this.entryOf(nameOf(message, way.session), message)
    note(entry, message, way)
    const { state, role } = stepRole(entry.session.exchanges, described)
    entry.session.exchanges = state
    if (role === 'none' || !hasMedia(message.body)) return message
    return setBody(message, await this.translate(entry.session, role, message, way))
  }

  async answer(request: Request, session: string): Promise<LocalAnswer | 'absorbed' | undefined> {
    const entry = this.entries.get(nameOf(request, session))
    const { method, cSeq, hasDescription } = describedMessage(request)
    if (!entry || entry.session.isEnded || tagOf(header(request, 'to')) === undefined) return undefined
    const known = entry.answered?.cSeq === cSeq ? entry.answered : undefined
    if (method === 'ACK') return known?.method === 'INVITE' ? 'absorbed' : undefined
    if (known?.method === method) return known.answer
    const work =
      method === 'INFO'
        ? this.play(request, entry)
        : method === 'INVITE' && hasDescription
          ? this.restart(request, entry)
          : undefined
    const answer = await work?.catch((error: unknown) => {
      this.log('warn', 'media.not-answered', { callId: header(request, 'call-id'), method, error: String(error) })
      return undefined
    })
    if (answer) entry.answered = { method, cSeq, answer }
    return answer
  }

  end(request: Request, session: string): void {
    const name = nameOf(request, session)
    const entry = this.entries.get(name)
    const [from, to] = [tagOf(header(request, 'from')) ?? '', tagOf(header(request, 'to'))]
    if (request.method !== 'BYE' && to !== undefined) return void this.settle(name, entry?.session.restore())
    if (entry && to !== undefined && hasOtherDialog(entry.session, from, to)) return
    const ending = entry ?? this.entryOf(name, request)
    if (ending.session.isEnded) return
    this.settle(name, this.close(name, ending))
    this.forgetAfter(name, LINGER_MS)
  }

  /** For metrics: counters since the start, and what is there now. */
  snapshot() {
    const live = [...this.entries.values()].filter(({ session }) => !session.isEnded)
    return { ...this.counters, sessions: live.length, engines: this.engines.describe() }
  }

  private async translate(session: MediaSession, role: Role, message: Message, way: MediaWay): Promise<string> {
    const described = describe(message, role, way)
    const sdp = await (role === 'offer' ? session.offer(described) : session.answer(described))
    return message.binary ? sdp : Buffer.from(sdp, 'latin1').toString('utf8')
  }

  /** RFC 4733: a browser's INFO is a key for the carrier, who wants to hear it. */
  private async play(info: Request, { session }: Entry): Promise<LocalAnswer | undefined> {
    const key = readDtmf(header(info, 'content-type'), info.body)
    const played = key && (await session.play(key, tagOf(header(info, 'from')) ?? ''))
    return played ? { headers: [], body: '' } : undefined
  }

  /** RFC 8839 §4.4: a browser that changes networks. With a session timer, the carrier must hear it too (RFC 4028 §7.4). */
  private async restart(invite: Request, { session, contacts }: Entry): Promise<LocalAnswer | undefined> {
    if (contacts.network === undefined || hasHeader(invite, 'session-expires')) return undefined
    const way = { from: 'link', to: 'network', session: '', branch: '' } as const
    const body = await session.restartIce(describe(invite, 'offer', way))
    if (body === undefined) return undefined
    this.counters.restarts++
    return {
      headers: [
        ['Contact', contacts.network],
        ['Content-Type', 'application/sdp'],
      ],
      body,
    }
  }

  private entryOf(name: string, message: Message): Entry {
    const known = this.entries.get(name)
    if (known) return known
    const session = new MediaSession(name, header(message, 'call-id') ?? '', this.engines, this.counters)
    const timer = setTimeout(() => this.expire(name, entry), MAX_SESSION_MS).unref()
    const fromTag = tagOf(header(message, 'from')) ?? ''
    const entry: Entry = { session, fromTag, beganAtMs: Date.now(), timer, contacts: {} }
    this.entries.set(name, entry)
    return entry
  }

  private expire(name: string, entry: Entry): void {
    this.counters.expired++
    this.settle(name, this.close(name, entry))
    this.entries.delete(name)
  }

  /** Says how its media were, where they are known. */
  private async close(name: string, { session, fromTag, beganAtMs }: Entry): Promise<void> {
    const media = await session.end()
    if (!media) return
    const { callId } = session
    for (const side of ['link', 'network'] as const) count(this.counters, media[side])
    this.log('info', 'media.ended', { callId, ...media })
    this.onEnded({ callId, fromTag, beganAtMs, session: name.slice(callId.length + 1), ...media })
  }

  private forgetAfter(name: string, afterMs: number): void {
    const entry = this.entries.get(name)
    if (!entry) return
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => this.entries.delete(name), afterMs).unref()
  }

  private settle(name: string, work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => this.log('warn', 'media.failed', { session: name, error: String(error) }))
  }
}

function count(counters: MediaCounters, end: EndMedia | undefined): void {
  counters.packets += end?.packets ?? 0
  const heard = end?.heard
  if (!heard) return
  counters.scored++
  counters.scores += heard.mos
  if (heard.mos < POOR_MOS) counters.poor++
}

/** What rtpengine calls it: a call that comes back to us has one for each passage. */
function nameOf(message: Message, session: string): string {
  return `${header(message, 'call-id') ?? ''};${session}`
}

function note({ session, contacts }: Entry, message: Message, { from }: MediaWay): void {
  const contact = header(message, 'contact')
  if (contact !== undefined) contacts[from] = contact
  const to = tagOf(header(message, 'to'))
  if (to !== undefined && isAccepted(describedMessage(message))) session.dialogs.add(to)
}

function isAccepted({ method, status = 0 }: DescribedMessage): boolean {
  return method === 'INVITE' && status >= 200 && status < 300
}

/** RFC 3261 §13.2.2.4: of several 2xx of a fork the caller keeps one, and says BYE to the others. */
function hasOtherDialog({ dialogs }: MediaSession, from: string, to: string): boolean {
  dialogs.delete(to)
  dialogs.delete(from)
  return dialogs.size > 0
}

function describe(message: Message, role: Role, { from, to, branch }: MediaWay): Described {
  const [caller, callee] = [tagOf(header(message, 'from')) ?? '', tagOf(header(message, 'to'))]
  // Whoever sends an offer offers; whoever sends an answer got one.
  const sender = message.kind === 'request' ? caller : (callee ?? '')
  const receiver = message.kind === 'request' ? callee : caller
  const [fromTag, toTag] = role === 'offer' ? [sender, receiver] : [receiver ?? '', sender]
  const parties = {
    fromTag,
    ...(toTag === undefined ? {} : { toTag }),
    ...(branch === '' ? {} : { branch }),
  }
  return { sdp: message.binary ? message.body : asBytes(message.body), from, to, parties }
}
