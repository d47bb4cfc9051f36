/** How a party talks: a browser (ICE, DTLS-SRTP, RTCP on the same port) or plain RTP, as carriers and desk phones do. */
export type Leg = 'webrtc' | 'rtp'

/** RFC 8829 §5.1.2: the transport of an m-line and its fingerprint tell them apart. */
export function legOf(sdp: string): Leg {
  return /^m=\S+ \d+(?:\/\d+)? UDP\/TLS\//m.test(sdp) || /^a=fingerprint:/m.test(sdp) ? 'webrtc' : 'rtp'
}
