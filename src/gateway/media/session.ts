import { codecsToAdd, plain, sharesCodec, withoutRepair } from '../../media/codecs'
import type { Dtmf } from '../../media/dtmf'
import { isIceRestart } from '../../media/ice-restart'
import { hasMedia, type MediaEnd, mediaEnd, unheard } from '../../media/leg'
import {
  answerCommand,
  deleteCommand,
  dtmfCommand,
  type NgCommand,
  type NgDescription,
  type NgSession,
  offerCommand,
} from '../../media/ng'
import { type Exchanges, NO_EXCHANGES } from '../../media/role'
import type { Side } from '../core/media'
import type { MediaCounters } from './counters'
import type { Engine, Engines } from './engines'
import { MediaUnavailable } from './media-unavailable'
import { NgOverload, NgTimeout } from './ng-client'

/** Who offers and who answers; the answerer's tag is unknown while nobody has. */
export type Parties = Pick<NgSession, 'fromTag' | 'toTag' | 'branch'>

/** A description as an end gave it: one character for each byte. */
export interface Described {
  readonly sdp: string
  readonly from: Side
  readonly to: Side
  readonly parties: Parties
}

interface Offered extends Described {
  readonly transcode: readonly string[]
}

/** The last offer and answer that both ends have: what holds when a re-INVITE fails. */
interface Agreed {
  readonly offer: Offered
  readonly answer: Described
}

/** The engines that an offer tries, one after the other. */
const MAX_ENGINES_TRIED = 2

/** The media of one passage of a call through us: one call of an rtpengine. Commands go one after the other. */
export class MediaSession {
  readonly id: string
  exchanges: Exchanges = NO_EXCHANGES
  /** To tags that have accepted: a call that forked further on has several dialogs. */
  readonly dialogs = new Set<string>()
  isEnded = false
  private readonly callId: string
  private readonly engines: Engines
  private readonly counters: MediaCounters
  private engine: Engine | undefined
  /** How each end talks, by its last description. */
  private readonly ends: Partial<Record<Side, MediaEnd>> = {}
  private pending: Offered | undefined
  private agreed: Agreed | undefined
  private last: { readonly key: string; readonly result: Promise<string> } | undefined
  private playsDtmf = false
  private work: Promise<unknown> = Promise.resolve()

  constructor(id: string, callId: string, engines: Engines, counters: MediaCounters) {
    this.id = id
    this.callId = callId
    this.engines = engines
    this.counters = counters
  }

  /** What an offer becomes for its receiver. Throws MediaUnavailable. A repeated message gets the same again. */
  offer(described: Described): Promise<string> {
    return this.once('offer', described, () => this.offerNow(described))
  }

  answer(described: Described): Promise<string> {
    return this.once('answer', described, () => this.answerNow(described))
  }

  /** A re-INVITE was refused (RFC 3261 §14.1): the engine hears again what still holds. */
  restore(): Promise<void> {
    return this.run(async () => {
      const { pending, agreed } = this
      this.pending = undefined
      if (!pending || !agreed) return
      await this.replay(agreed)
    })
  }

  /** The answer to a re-offer of this end that only restarts ICE; undefined when it is something else. */
  restartIce(described: Described): Promise<string | undefined> {
    return this.run(async () => {
      const { agreed, engine, ends } = this
      const mine = agreed && [agreed.offer, agreed.answer].find(({ from }) => from === described.from)
      const theirs = agreed && [agreed.offer, agreed.answer].find(({ from }) => from !== described.from)
      if (!mine || !theirs || !engine || this.pending || ends[described.to]?.leg === 'webrtc') return undefined
      if (!isIceRestart(mine.sdp, described.sdp)) return undefined
      this.last = undefined
      const renewed = {
        offer: { ...described, transcode: agreed.offer.transcode },
        answer: { ...theirs, from: described.to, to: described.from, parties: described.parties },
      }
      const sdp = await this.replay(renewed)
      this.agreed = renewed
      return sdp
    })
  }

  /** False when nobody can play it. */
  play({ digit, durationMs }: Dtmf, fromTag: string): Promise<boolean> {
    return this.run(async () => {
      const { engine, agreed } = this
      if (!engine || !agreed) return false
      if (!this.playsDtmf) {
        this.playsDtmf = true
        await this.replay(agreed)
      }
      await this.send(engine, dtmfCommand({ callId: this.id, fromTag }, digit, durationMs))
      this.counters.dtmf++
      return true
    })
  }

  /** May be said twice. */
  end(): Promise<void> {
    if (this.isEnded) return this.work.then(() => {})
    this.isEnded = true
    return this.run(async () => {
      // After a restart of the gateway it is where the hash says; a call that began with us and has no engine had no media.
      const engine = this.engine ?? (this.exchanges.length > 0 ? undefined : this.engines.for(this.callId)[0])
      this.moveTo(undefined)
      if (!engine) return
      await this.send(engine, deleteCommand(this.id))
      this.counters.deletes++
    })
  }

  private async offerNow(described: Described): Promise<string> {
    const { sdp, from, to } = described
    this.ends[from] = mediaEnd(sdp)
    const engines = this.engines.for(this.callId, this.engine).slice(0, MAX_ENGINES_TRIED)
    if (engines.length === 0) return this.untranslated(described)
    let failure: unknown
    for (const engine of engines) {
      const transcode = engine.mayTranscode ? codecsToAdd(sdp, this.endAt(to).leg) : []
      const offered = { ...described, transcode }
      this.moveTo(engine)
      try {
        const result = await this.sendOffer(engine, offered)
        this.pending = offered
        return result
      } catch (error) {
        failure = error
        if (!(error instanceof NgTimeout || error instanceof NgOverload)) break
      }
    }
    throw new MediaUnavailable((failure as Error).message)
  }

  private async answerNow(described: Described): Promise<string> {
    if (this.isEnded) return described.sdp
    const engine = this.engine ?? this.engines.for(this.callId)[0]
    // Its offer went as it is, or there is none.
    if (!engine || (this.pending === undefined && this.agreed === undefined && this.ends[described.to]))
      return described.sdp
    this.ends[described.from] = mediaEnd(described.sdp)
    const offer = this.pending ?? this.agreed?.offer
    try {
      const result = await this.sendAnswer(engine, described)
      this.moveTo(engine)
      const { toTag } = described.parties
      if (offer && toTag !== undefined)
        this.agree({ offer: { ...offer, parties: { ...offer.parties, toTag } }, answer: described }, engine)
      return result
    } catch (error) {
      throw new MediaUnavailable((error as Error).message)
    }
  }

  /** Without an engine: fine while both ends talk alike, or might. */
  private untranslated({ sdp, from, to }: Described): string {
    const [mine, theirs] = [this.ends[from]?.leg, this.ends[to]?.leg]
    const isCertain = theirs !== undefined || to === 'network' || this.engines.count > 0
    this.pending = undefined
    this.agreed = undefined
    if (isCertain && mine !== this.endAt(to).leg)
      throw new MediaUnavailable(
        this.engines.count === 0
          ? 'a browser and plain RTP need an rtpengine between them: set RTPENGINE'
          : 'no rtpengine answers',
      )
    return sdp
  }

  private agree(agreed: Agreed, engine: Engine): void {
    this.pending = undefined
    this.agreed = agreed
    if (agreed.offer.transcode.length === 0 || sharesCodec(agreed.offer.sdp, agreed.answer.sdp))
      return void engine.transcoding.delete(this.id)
    if (!engine.transcoding.has(this.id)) this.counters.transcodes++
    engine.transcoding.add(this.id)
  }

  /** Both again, for what they do to the engine. Returns what the answer becomes. */
  private async replay({ offer, answer }: Agreed): Promise<string> {
    if (!this.engine) throw new MediaUnavailable('no rtpengine has this call')
    await this.sendOffer(this.engine, offer)
    return this.sendAnswer(this.engine, answer)
  }

  private async sendOffer(engine: Engine, offered: Offered): Promise<string> {
    const sdp = await this.describe(engine, offerCommand, offered, offered.transcode)
    this.counters.offers++
    return sdp
  }

  private async sendAnswer(engine: Engine, described: Described): Promise<string> {
    const sdp = await this.describe(engine, answerCommand, described, [])
    this.counters.answers++
    return sdp
  }

  private async describe(
    engine: Engine,
    command: (session: NgSession, description: NgDescription) => NgCommand,
    { sdp, to, parties }: Described,
    transcode: readonly string[],
  ): Promise<string> {
    const ends = { from: mediaEnd(sdp), to: this.endAt(to) }
    const toPlain = ends.from.leg === 'webrtc' && ends.to.leg === 'rtp'
    const described = {
      sdp: toPlain ? withoutRepair(sdp) : sdp,
      ...ends,
      transcode,
      playsDtmf: this.playsDtmf,
    }
    const { sdp: result } = await this.send(engine, command({ callId: this.id, ...parties }, described))
    if (typeof result !== 'string' || !hasMedia(result)) throw new Error(`rtpengine ${engine.name}: no description`)
    return toPlain ? plain(result) : result
  }

  private async send(engine: Engine, command: NgCommand) {
    try {
      return await engine.client.send(command)
    } catch (error) {
      this.counters.failures++
      if (error instanceof NgTimeout) {
        this.counters.timeouts++
        engine.lost()
      }
      throw error
    }
  }

  /** A browser on the link, plain RTP on the network, until it says otherwise. */
  private endAt(side: Side): MediaEnd {
    return this.ends[side] ?? unheard(side === 'link' ? 'webrtc' : 'rtp')
  }

  private moveTo(engine: Engine | undefined): void {
    if (this.engine !== engine) {
      this.engine?.sessions.delete(this.id)
      this.engine?.transcoding.delete(this.id)
    }
    this.engine = engine
    engine?.sessions.add(this.id)
  }

  /** Only the last is kept: what came before it may have been overridden in the engine. */
  private once(role: string, described: Described, work: () => Promise<string>): Promise<string> {
    const { sdp, from, parties } = described
    const key = JSON.stringify([role, from, parties.fromTag, parties.toTag, parties.branch, sdp])
    if (this.last?.key === key) return this.last.result
    const result = this.run(work)
    this.last = { key, result }
    result.catch(() => {
      if (this.last?.key === key) this.last = undefined
    })
    return result
  }

  private run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.work.then(work)
    this.work = result.catch(() => {})
    return result
  }
}
