/** An audio offer as Chromium makes it, about 2 kB: what a WebRTC INVITE carries. */
export function sdp(setup: 'actpass' | 'active'): string {
  const codecs = [
    '111 opus/48000/2',
    '63 red/48000/2',
    '9 G722/8000',
    '0 PCMU/8000',
    '8 PCMA/8000',
    '13 CN/8000',
    '110 telephone-event/48000',
    '126 telephone-event/8000',
  ]
  const candidates = [1, 2, 3, 4, 5].map(
    (n) =>
      `a=candidate:${1_000_000 + n} 1 udp ${2_113_937_151 - n} 192.0.2.${n} ${50_000 + n} typ host generation 0 network-id ${n} network-cost 50`,
  )
  return [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS 5b0c6d7e-8f90-4a1b-9c2d-3e4f5a6b7c8d',
    'm=audio 50001 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
    'c=IN IP4 192.0.2.1',
    'a=rtcp:9 IN IP4 0.0.0.0',
    ...candidates,
    'a=ice-ufrag:Qv3J',
    'a=ice-pwd:9yTn0mJ4bE6pQ2sVw8xZ1cRf',
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, (_, i) => (i * 7 + 16).toString(16).toUpperCase()).join(':')}`,
    `a=setup:${setup}`,
    'a=mid:0',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
    'a=sendrecv',
    'a=msid:5b0c6d7e-8f90-4a1b-9c2d-3e4f5a6b7c8d 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    ...codecs.map((codec) => `a=rtpmap:${codec}`),
    'a=rtcp-fb:111 transport-cc',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=fmtp:63 111/111',
    'a=ssrc:3735928559 cname:Zt5xWq8rLm2kPn4v',
    'a=ssrc:3735928559 msid:5b0c6d7e-8f90-4a1b-9c2d-3e4f5a6b7c8d 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b',
    '',
  ].join('\r\n')
}
