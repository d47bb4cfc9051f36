/** How a party talks: a browser (ICE, DTLS-SRTP, RTCP on the same port) or plain RTP, as carriers and desk phones do. */
export type Leg = 'webrtc' | 'rtp'

/** One end of the media, as its own session description shows it. */
export interface MediaEnd {
  readonly leg: Leg
  /** Of its first RTP m-line: `RTP/AVP`, or `RTP/SAVP` of a carrier with SDES. */
  readonly protocol: string
  /** RFC 8445 §2.5: it only answers connectivity checks, so the other end has to make them. */
  readonly isIceLite: boolean
}

/** RFC 8829 §5.1.2: the transport of an m-line and its fingerprint tell them apart. */
export function legOf(sdp: string): Leg {
  return /^m=\S+ \d+(?:\/\d+)? UDP\/TLS\//m.test(sdp) || /^a=fingerprint:/m.test(sdp) ? 'webrtc' : 'rtp'
}

export function mediaEnd(sdp: string): MediaEnd {
  const protocol = /^m=\S+ \d+(?:\/\d+)? (\S*RTP\/\S+)/m.exec(sdp)?.[1] ?? 'RTP/AVP'
  return { leg: legOf(sdp), protocol, isIceLite: /^a=ice-lite\s*$/m.test(sdp) }
}

/** What is assumed of an end that has said nothing yet. */
export function unheard(leg: Leg): MediaEnd {
  return { leg, protocol: leg === 'webrtc' ? 'UDP/TLS/RTP/SAVPF' : 'RTP/AVP', isIceLite: false }
}

/** Whether a description has any medium: one without concerns nobody's media. */
export function hasMedia(sdp: string): boolean {
  return /^m=/m.test(sdp)
}
