import { codecsToAdd, sharesCodec } from '../../media/codecs'
import type { Dtmf } from '../../media/dtmf'
import { isIceRestart } from '../../media/ice-restart'
import { legOf } from '../../media/leg'
import { type Exchanges, NO_EXCHANGES } from '../../media/role'
import type { EndedMedia } from '../../media/statistics'
import type { Side } from '../core/media'
import type { MediaCounters } from './counters'
import { type Described, EngineCommands, type Offered } from './engine-commands'
import type { Engine, Engines } from './engines'
import { MediaUnavailable } from './media-unavailable'
import { NgOverload, NgTimeout } from './ng-client'

/** The last offer and answer that both ends have: what holds when a re-INVITE fails. */
interface Agreed {
  readonly offer: Offered
  readonly answer: Described
}

/** How the media of a call were: of each side what the engine knows of it. */
export type KnownMedia = Pick<EndedMedia, 'engine' | Side>

/** The engines that an offer tries, one after the other. */
const MAX_ENGINES_TRIED = 2

/** Whose tag is whose: offerer and answerer may have swapped since the call began. */
function tagsOf({ offer, answer }: Agreed): Record<Side, string> | undefined {
  const { fromTag, toTag } = offer.parties
  if (toTag === undefined || offer.from === answer.from) return undefined
  return offer.from === 'link' ? { link: fromTag, network: toTag } : { link: toTag, network: fromTag }
}

/** The media of one passage of a call through us: one call of an rtpengine. Commands go one after the other. */
export class MediaSession {
  readonly id: string
  exchanges: Exchanges = NO_EXCHANGES
  /** To tags that have accepted: a call that forked further on has several dialogs. */
  readonly dialogs = new Set<string>()
  isEnded = false
  readonly callId: string
  private readonly engines: Engines
  private readonly counters: MediaCounters
  private engine: Engine | undefined
  private readonly commands: EngineCommands
  private pending: Offered | undefined
  private agreed: Agreed | undefined
  private last: { readonly key: string; readonly result: Promise<string> } | undefined
  private work: Promise<unknown> = Promise.resolve()

  constructor(id: string, callId: string, engines: Engines, counters: MediaCounters) {
    this.id = id
    this.callId = callId
    this.engines = engines
    this.counters = counters
    this.commands = new EngineCommands(id, counters)
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
      const { pending, agreed, engine } = this
      this.pending = undefined
      this.last = undefined
      if (pending && agreed && engine) await this.replay(agreed)
    })
  }

  /** The answer to a re-offer of this end that only restarts ICE; undefined when it is something else. */
  restartIce(described: Described): Promise<string | undefined> {
    return this.run(async () => {
      const { agreed, engine, commands } = this
      const mine = agreed && [agreed.offer, agreed.answer].find(({ from }) => from === described.from)
      const theirs = agreed && [agreed.offer, agreed.answer].find(({ from }) => from !== described.from)
      if (!mine || !theirs || !engine || this.pending || commands.endAt(described.to).leg === 'webrtc') return undefined
      if (!isIceRestart(mine.sdp, described.sdp)) return undefined
      this.last = undefined
      const renewed = {
        offer: { ...described, transcode: codecsToAdd(described.sdp, commands.endAt(described.to).leg) },
        answer: { ...theirs, from: described.to, to: described.from, parties: described.parties },
      }
      const sdp = await this.replay(renewed)
      this.agreed = renewed
      return sdp
    })
  }

  /** False when nobody can play it. */
  play(key: Dtmf, fromTag: string): Promise<boolean> {
    return this.run(async () => {
      const { engine, agreed, commands } = this
      if (!engine || !agreed) return false
      if (!commands.playsDtmf) {
        commands.playsDtmf = true
        await this.replay(agreed)
      }
      await commands.play(engine, key, fromTag)
      return true
    })
  }

  /** May be said twice. Returns how the media were, once, when there were any. */
  end(): Promise<KnownMedia | undefined> {
    if (this.isEnded) return this.work.then(() => undefined)
    this.isEnded = true
    return this.run(async () => {
      // After a restart of the gateway it is where the hash says; a call that began with us and has no engine had no media.
      const engine = this.engine ?? (this.exchanges.length > 0 ? undefined : this.engines.for(this.callId)[0])
      const tags = this.agreed && tagsOf(this.agreed)
      this.moveTo(undefined)
      if (!engine) return undefined
      // The answer to a `delete` of a whole call tells nothing (rtpengine 10.5).
      const ends = tags && (await this.commands.media(engine, tags).catch(() => undefined))
      await this.commands.delete(engine)
      return ends && { engine: engine.name, ...ends }
    })
  }

  private async offerNow(described: Described): Promise<string> {
    if (this.isEnded) throw new MediaUnavailable('the call has ended')
    const { sdp, to } = described
    this.commands.heard(described)
    const engines = this.engines.for(this.callId, this.engine).slice(0, MAX_ENGINES_TRIED)
    if (engines.length === 0) return this.untranslated(described)
    let failure: unknown
    for (const engine of engines) {
      const transcode = engine.mayTranscode ? codecsToAdd(sdp, this.commands.endAt(to).leg) : []
      const offered = { ...described, transcode }
      this.moveTo(engine)
      try {
        const result = await this.commands.offer(engine, offered)
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
    const wasPassedOn = this.pending === undefined && this.agreed === undefined && this.commands.hasHeard(described.to)
    if (!engine || wasPassedOn) return described.sdp
    this.commands.heard(described)
    const offer = this.pending ?? this.agreed?.offer
    try {
      const result = await this.commands.answer(engine, described)
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
  private untranslated({ sdp, to }: Described): string {
    const isCertain = this.commands.hasHeard(to) || to === 'network' || this.engines.count > 0
    this.pending = undefined
    this.agreed = undefined
    if (isCertain && legOf(sdp) !== this.commands.endAt(to).leg)
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
    await this.commands.offer(this.engine, offer)
    return this.commands.answer(this.engine, answer)
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
