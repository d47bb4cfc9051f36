/** What one end of a call has sent, and how it heard the other. */
export interface EndMedia {
  /** RTP alone, as it came in. */
  readonly packets: number
  readonly bytes: number
  /** What it told of the other end's packets by RTCP (RFC 3550 §6.4); absent when it told nothing, or not often enough. */
  readonly heard?: Quality | undefined
}

export interface Quality {
  /** Mean opinion score, from 1 (bad) to 4.5 or so: computed by rtpengine from loss, jitter and the way there and back. */
  readonly mos: number
  readonly lowestMos: number
  readonly jitterMs: number
  readonly lossPercent: number
  /** Between both ends of the call. */
  readonly roundTripMs: number
}

/** The media of one passage of a call through a gateway, which has ended. Plain JSON. */
export interface EndedMedia {
  /** Call-ID and tag of From of the INVITE that began it. */
  readonly callId: string
  readonly fromTag: string
  /** When that INVITE passed, in epoch ms. */
  readonly beganAtMs: number
  /** Name of this passage: a call may pass a gateway twice. */
  readonly session: string
  /** The rtpengine that it was in. */
  readonly engine: string
  /** The end toward the phones, and the carrier's or UDP phone's. */
  readonly link?: EndMedia | undefined
  readonly network?: EndMedia | undefined
}

/** Most of them that are told at once. */
export const MAX_ENDED_MEDIA = 100

/** Under it some users are dissatisfied (ITU-T G.107 Annex B: R of 70). */
export const POOR_MOS = 3.6

type Dictionary = Readonly<Record<string, unknown>>

/** Reads what rtpengine's `query` says of the end with this tag; undefined when it knows no such end. */
export function mediaOf(tag: string, answer: Dictionary): EndMedia | undefined {
  const end = dictionary(dictionary(answer.tags)[tag])
  if (!Array.isArray(end.medias)) return undefined
  const streams = end.medias
    .flatMap((medium) => list(dictionary(medium).streams))
    .map(dictionary)
    .filter(({ flags }) => list(flags).includes('RTP'))
  const total = (name: string) => streams.reduce((sum, { stats }) => sum + number(dictionary(stats)[name]), 0)
  const sources = dictionary(answer.SSRC)
  const heard = streams.map(({ SSRC }) => qualityOf(dictionary(sources[String(SSRC)]))).find((one) => one !== undefined)
  return { packets: total('packets'), bytes: total('bytes'), ...(heard ? { heard } : {}) }
}

/** What is filed under a source is what it reports. Scores are in tenths, jitter in ms, loss in percent, times in microseconds. */
function qualityOf(source: Dictionary): Quality | undefined {
  const average = dictionary(source['average MOS'])
  const mos = number(average.MOS) / 10
  if (mos === 0) return undefined
  return {
    mos,
    lowestMos: number(dictionary(source['lowest MOS']).MOS) / 10 || mos,
    jitterMs: number(average.jitter),
    lossPercent: number(average['packet loss']),
    roundTripMs: number(average['round-trip time']) / 1_000,
  }
}

function dictionary(value: unknown): Dictionary {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dictionary) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
