import {
  type Description,
  type Media,
  readDescription,
  rtpLine,
  value,
  withPayloads,
  writeDescription,
} from './description'
import { staticName } from './static-payloads'

/** A codec by name (any case, every payload type and rate of it) or by payload type. */
export type Codec = string | number

/** Attributes that belong to one payload type: RFC 8866 §6.6, §6.15, RFC 4585 §4.2. */
const OF_PAYLOAD = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)[ \t]/

/** RFC 4733: DTMF, which is no codec to talk with. */
const DTMF = 'telephone-event'

/** Takes codecs out of every RTP m-line, with their attributes and the payloads that repair them (RFC 4588, RFC 2198). */
export function removeCodecs(sdp: string, codecs: readonly Codec[]): string {
  return change(sdp, (media, payloads) => payloads.filter((payload) => !matches(media, payload, codecs)))
}

/** Takes all other codecs out of the m-lines that have one of these; comfort noise goes too. `keepDtmf`: telephone-event stays. */
export function keepCodecs(sdp: string, codecs: readonly Codec[], { keepDtmf = false } = {}): string {
  const kept = keepDtmf ? [...codecs, DTMF] : codecs
  return change(sdp, (media, payloads) => payloads.filter((payload) => matches(media, payload, kept)))
}

/** Puts codecs first, in this order; nothing is added or taken out. */
export function preferCodecs(sdp: string, codecs: readonly Codec[]): string {
  return change(sdp, (media, payloads) => {
    const rank = (payload: string) => {
      const at = codecs.findIndex((codec) => matches(media, payload, [codec]))
      return at < 0 ? codecs.length : at
    }
    return payloads.toSorted((a, b) => rank(a) - rank(b))
  })
}

/** Whether some RTP m-line has no codec left to talk with: its offer can only be answered 488. */
export function hasEmptyMedia(sdp: string): boolean {
  return readDescription(sdp).media.some((media) => {
    const line = rtpLine(media)
    return line?.payloads.every((payload) => payload === '' || matches(media, payload, [DTMF, 'CN'])) ?? false
  })
}

/** The names of the codecs of all RTP m-lines, as written. */
export function codecNames(sdp: string): string[] {
  const { media } = readDescription(sdp)
  return media.flatMap((m) => rtpLine(m)?.payloads.map((payload) => nameOf(m, payload) ?? payload) ?? [])
}

function change(sdp: string, choose: (media: Media, payloads: readonly string[]) => readonly string[]): string {
  const description: Description = readDescription(sdp)
  return writeDescription({ ...description, media: description.media.map((media) => changed(media, choose)) })
}

function changed(media: Media, choose: (media: Media, payloads: readonly string[]) => readonly string[]): Media {
  const line = rtpLine(media)
  if (!line) return media
  const chosen = choose(media, line.payloads)
  const orphans = chosen.filter((payload) => isOrphan(media, payload, line.payloads, chosen))
  const payloads = chosen.filter((payload) => !orphans.includes(payload))
  if (payloads.join(' ') === line.payloads.join(' ')) return media
  const gone = line.payloads.filter((payload) => !payloads.includes(payload))
  const edited = withPayloads(media, line, payloads)
  return { lines: edited.lines.filter((text) => !gone.includes(OF_PAYLOAD.exec(text)?.[1] ?? '')) }
}

/** A retransmission or redundancy payload whose codec was there and is not any more. */
function isOrphan(media: Media, payload: string, before: readonly string[], after: readonly string[]): boolean {
  const format = formatOf(media, payload)
  const repaired = /(?:^|;)\s*apt=(\d+)/i.exec(format)?.[1]
  const redundant =
    nameOf(media, payload)?.toLowerCase() === 'red' ? (/^\d+(?:\/\d+)+$/.exec(format)?.[0].split('/') ?? []) : []
  return [...(repaired === undefined ? [] : [repaired]), ...redundant].some(
    (p) => before.includes(p) && !after.includes(p),
  )
}

function matches(media: Media, payload: string, codecs: readonly Codec[]): boolean {
  const name = nameOf(media, payload)?.toLowerCase()
  return codecs.some((codec) => (typeof codec === 'number' ? payload === String(codec) : name === codec.toLowerCase()))
}

function nameOf(media: Media, payload: string): string | undefined {
  const prefix = `a=rtpmap:${payload} `
  const map = media.lines.find((line) => line.startsWith(prefix))
  return map === undefined ? staticName(payload) : value(map).slice(prefix.length).split('/')[0]
}

function formatOf(media: Media, payload: string): string {
  const prefix = `a=fmtp:${payload} `
  const line = media.lines.find((text) => text.startsWith(prefix))
  return line === undefined ? '' : value(line).slice(prefix.length).trim()
}
