import { codecNames, removeCodecs } from '../sip/sdp/codecs'
import { readDescription, writeDescription } from '../sip/sdp/description'
import type { Leg } from './leg'

/** What every end of that kind knows: browsers by RFC 7874 §3, the telephone network one of the two G.711. */
const KNOWN = { webrtc: ['opus', 'PCMA', 'PCMU'], rtp: ['PCMA', 'PCMU'] } as const

/** RFC 4733, RFC 3389: nobody talks with these. */
const NOT_VOICE = ['telephone-event', 'cn']

/** RFC 2198, RFC 4588, RFC 5109, RFC 8627: what repairs a browser's media, and makes an INVITE outgrow its UDP packet. */
const REPAIR = ['red', 'rtx', 'ulpfec', 'flexfec-03']

/** Lines that mean nothing without WebRTC. */
const BROWSER_LINE =
  /^a=(?:extmap-allow-mixed|rtcp-rsize|(?:extmap|msid|msid-semantic|ssrc|ssrc-group|rtcp-fb|mid|group|ice-options|rid|simulcast)[:\s])/

/**
 * Codecs to offer beside those of an offer, last, so that only an end without any other chooses them. Nothing when the other
 * end surely knows one of the offer's: transcoding costs two (G.711) to nine times (opus) as much as relaying.
 */
export function codecsToAdd(offer: string, to: Leg): string[] {
  if (!/^m=audio [1-9]/m.test(offer)) return []
  const offered = codecNames(offer).map((name) => name.toLowerCase())
  const missing = KNOWN[to].filter((name) => !offered.includes(name.toLowerCase()))
  // A browser knows all of its own; a carrier may know only one.
  if (to === 'webrtc') return missing.length < KNOWN.webrtc.length ? [] : ['PCMA', 'PCMU']
  return missing
}

/** Whether the answer has a codec of the offer, so that nothing has to be transcoded. */
export function sharesCodec(offer: string, answer: string): boolean {
  const offered = voices(offer)
  const answered = voices(answer)
  return answered.length === 0 || answered.some((name) => offered.includes(name))
}

function voices(sdp: string): string[] {
  return codecNames(sdp)
    .map((name) => name.toLowerCase())
    .filter((name) => !NOT_VOICE.includes(name))
}

/** A browser's description without what only repairs its media. */
export function withoutRepair(sdp: string): string {
  return removeCodecs(sdp, REPAIR)
}

/** A description for plain RTP, without the lines that only browsers read. */
export function plain(sdp: string): string {
  const { session, media } = readDescription(sdp)
  const kept = (lines: readonly string[]) => lines.filter((line) => !BROWSER_LINE.test(line))
  return writeDescription({ session: kept(session), media: media.map(({ lines }) => ({ lines: kept(lines) })) })
}
