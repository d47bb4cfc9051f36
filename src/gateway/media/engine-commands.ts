import { plain, withoutRepair } from '../../media/codecs'
import type { Dtmf } from '../../media/dtmf'
import { hasMedia, type MediaEnd, mediaEnd, unheard } from '../../media/leg'
import {
  answerCommand,
  deleteCommand,
  dtmfCommand,
  type NgCommand,
  type NgDescription,
  type NgSession,
  offerCommand,
  queryCommand,
} from '../../media/ng'
import { type EndMedia, mediaOf } from '../../media/statistics'
import type { Side } from '../core/media'
import type { MediaCounters } from './counters'
import type { Engine } from './engines'
import { NgTimeout } from './ng-client'

/** Who offers and who answers; the answerer's tag is unknown while nobody has. */
export type Parties = Pick<NgSession, 'fromTag' | 'toTag' | 'branch'>

/** A description as an end gave it: one character for each byte. */
export interface Described {
  readonly sdp: string
  readonly from: Side
  readonly to: Side
  readonly parties: Parties
}

export interface Offered extends Described {
  /** Codecs that are offered beside its own. */
  readonly transcode: readonly string[]
}

/** What one session asks of its engine. Every command is counted; an engine that does not answer is lost. */
export class EngineCommands {
  /** Set when a key is played for the first time. */
  playsDtmf = false
  private readonly id: string
  private readonly counters: MediaCounters
  /** How each end talks, by its last description. */
  private readonly ends: Partial<Record<Side, MediaEnd>> = {}

  constructor(id: string, counters: MediaCounters) {
    this.id = id
    this.counters = counters
  }

  /** An end has described itself, whether or not an engine hears of it. */
  heard({ from, sdp }: Described): void {
    this.ends[from] = mediaEnd(sdp)
  }

  hasHeard(side: Side): boolean {
    return this.ends[side] !== undefined
  }

  /** A browser on the link, plain RTP on the network, until it says otherwise. */
  endAt(side: Side): MediaEnd {
    return this.ends[side] ?? unheard(side === 'link' ? 'webrtc' : 'rtp')
  }

  async offer(engine: Engine, offered: Offered): Promise<string> {
    const sdp = await this.describe(engine, offerCommand, offered, offered.transcode)
    this.counters.offers++
    return sdp
  }

  async answer(engine: Engine, described: Described): Promise<string> {
    const sdp = await this.describe(engine, answerCommand, described, [])
    this.counters.answers++
    return sdp
  }

  async delete(engine: Engine): Promise<void> {
    await this.send(engine, deleteCommand(this.id))
    this.counters.deletes++
  }

  /** What is known of the ends with these tags so far. */
  async media(engine: Engine, tags: Readonly<Record<Side, string>>): Promise<Partial<Record<Side, EndMedia>>> {
    const answer = await this.send(engine, queryCommand(this.id))
    const [link, network] = [mediaOf(tags.link, answer), mediaOf(tags.network, answer)]
    return { ...(link ? { link } : {}), ...(network ? { network } : {}) }
  }

  async play(engine: Engine, { digit, durationMs }: Dtmf, fromTag: string): Promise<void> {
    await this.send(engine, dtmfCommand({ callId: this.id, fromTag }, digit, durationMs))
    this.counters.dtmf++
  }

  private async describe(
    engine: Engine,
    command: (session: NgSession, description: NgDescription) => NgCommand,
    { sdp, to, parties }: Described,
    transcode: readonly string[],
  ): Promise<string> {
    const ends = { from: mediaEnd(sdp), to: this.endAt(to) }
    const toPlain = ends.from.leg === 'webrtc' && ends.to.leg === 'rtp'
    const described = { sdp: toPlain ? withoutRepair(sdp) : sdp, ...ends, transcode, playsDtmf: this.playsDtmf }
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
}
