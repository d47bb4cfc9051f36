/** Lines as a session description. */
export const sdp = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('')

export interface BrowserFacts {
  readonly version?: number
  readonly ufrag?: string
  readonly pwd?: string
  readonly port?: number
  readonly setup?: 'actpass' | 'active' | 'passive'
  readonly direction?: string
  /** Audio payload types, in order; all of Chromium's by default. */
  readonly payloads?: readonly number[]
}

/** Payload types of Chromium's audio, with their lines. */
const AUDIO: Readonly<Record<number, readonly string[]>> = {
  111: ['a=rtpmap:111 opus/48000/2', 'a=rtcp-fb:111 transport-cc', 'a=fmtp:111 minptime=10;useinbandfec=1'],
  63: ['a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111'],
  9: ['a=rtpmap:9 G722/8000'],
  0: ['a=rtpmap:0 PCMU/8000'],
  8: ['a=rtpmap:8 PCMA/8000'],
  13: ['a=rtpmap:13 CN/8000'],
  110: ['a=rtpmap:110 telephone-event/48000'],
  126: ['a=rtpmap:126 telephone-event/8000'],
}

/** What a call of Chromium 140 with audio says, candidates gathered. */
export function browserSdp(facts: BrowserFacts = {}): string {
  const { version = 2, ufrag = 'Xr4k', pwd = '4pN3vB7cQ2w8ZtY6uI1oP5aS', port = 45_234 } = facts
  const { setup = 'actpass', direction = 'sendrecv', payloads = [111, 63, 9, 0, 8, 13, 110, 126] } = facts
  const fingerprint = Array.from({ length: 32 }, (_, i) => (i * 7 + 16).toString(16).padStart(2, '0').toUpperCase())
  return sdp(
    'v=0',
    `o=- 4611731400430051336 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS 7f8d1e1c',
    `m=audio ${port} UDP/TLS/RTP/SAVPF ${payloads.join(' ')}`,
    'c=IN IP4 127.0.0.1',
    'a=rtcp:9 IN IP4 0.0.0.0',
    `a=candidate:2999745851 1 udp 2122260223 127.0.0.1 ${port} typ host generation 0 network-id 1`,
    `a=candidate:2999745852 1 udp 2122194687 10.0.0.5 ${port + 1} typ host generation 0 network-id 2`,
    'a=candidate:3398072327 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active generation 0 network-id 1',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint.join(':')}`,
    `a=setup:${setup}`,
    'a=mid:0',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
    `a=${direction}`,
    'a=msid:7f8d1e1c 9a1b',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    ...payloads.flatMap((payload) => AUDIO[payload] ?? []),
    'a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6',
    'a=ssrc:3570614608 msid:7f8d1e1c 9a1b',
  )
}

/** What a carrier says. `payloads`: 101 and 126 are telephone-event. */
export function carrierSdp(
  port: number,
  payloads: readonly number[] = [8, 0, 101],
  {
    version = 1,
    protocol = 'RTP/AVP',
    direction = 'sendrecv',
    ptime,
  }: { version?: number; protocol?: string; direction?: string; ptime?: number } = {},
): string {
  return sdp(
    'v=0',
    `o=carrier 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} ${protocol} ${payloads.join(' ')}`,
    ...payloads
      .filter((payload) => payload === 101 || payload === 126)
      .flatMap((payload) => [`a=rtpmap:${payload} telephone-event/8000`, `a=fmtp:${payload} 0-15`]),
    ...(ptime === undefined ? [] : [`a=ptime:${ptime}`]),
    `a=${direction}`,
  )
}
