import { describe, expect, it } from 'vitest'
import { codecsToAdd, plain, sharesCodec, withoutRepair } from '../../../src/media/codecs'
import { browserSdp, carrierSdp, sdp } from '../../support/session-descriptions'

describe('O08 codecs are added to an offer only when the other end may have none of its own', () => {
  it('a browser offers both G.711, so carriers need nothing more', () => {
    expect(codecsToAdd(browserSdp(), 'rtp')).toEqual([])
  })

  it('a carrier may know only one of the two', () => {
    expect(codecsToAdd(carrierSdp(4000, [0, 101]), 'rtp')).toEqual(['PCMA'])
    expect(codecsToAdd(carrierSdp(4000, [8, 101]), 'rtp')).toEqual(['PCMU'])
    expect(codecsToAdd(browserSdp({ payloads: [111, 110] }), 'rtp')).toEqual(['PCMA', 'PCMU'])
  })

  it('RFC 7874 §3 a browser knows any of opus, PCMA and PCMU', () => {
    for (const payload of [0, 8]) expect(codecsToAdd(carrierSdp(4000, [payload, 101]), 'webrtc')).toEqual([])
    expect(codecsToAdd(browserSdp({ payloads: [111] }), 'webrtc')).toEqual([])
    expect(codecsToAdd(carrierSdp(4000, [3, 18, 101]), 'webrtc')).toEqual(['PCMA', 'PCMU'])
  })

  it('media without audio, or with refused audio, get none', () => {
    expect(codecsToAdd(sdp('v=0', 'm=video 4000 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'), 'rtp')).toEqual([])
    expect(codecsToAdd(carrierSdp(0, [3]), 'rtp')).toEqual([])
  })
})

describe('whether a call has to be transcoded', () => {
  it('shows in the codecs of offer and answer, whatever their payload types and case', () => {
    expect(sharesCodec(carrierSdp(1, [0, 101]), carrierSdp(2, [8, 101]))).toBe(false)
    expect(sharesCodec(carrierSdp(1, [0, 8, 101]), carrierSdp(2, [8, 101]))).toBe(true)
    const opus = sdp('v=0', 'm=audio 4000 RTP/AVP 96', 'a=rtpmap:96 OPUS/48000/2')
    expect(sharesCodec(browserSdp({ payloads: [111] }), opus)).toBe(true)
  })

  it('is no matter of telephone-event, comfort noise or refused audio', () => {
    expect(sharesCodec(carrierSdp(1, [0, 13, 101]), carrierSdp(2, [8, 13, 101]))).toBe(false)
    expect(sharesCodec(carrierSdp(1, [0]), carrierSdp(0, [0]))).toBe(true)
  })
})

describe('a description of a browser for a carrier', () => {
  it('G3 loses what repairs packets, and keeps telephone-event and every codec', () => {
    expect(withoutRepair(browserSdp())).toContain('m=audio 45234 UDP/TLS/RTP/SAVPF 111 9 0 8 13 110 126\r\n')
    expect(withoutRepair(browserSdp())).not.toMatch(/red\/48000|fmtp:63/)
  })

  it('loses the lines that only browsers read, and no other', () => {
    const text = plain(browserSdp())
    expect(text).not.toMatch(/extmap|msid|ssrc|rtcp-fb|rsize|BUNDLE|a=mid|ice-options/)
    for (const line of ['o=-', 'm=audio', 'c=IN', 'a=rtpmap:126', 'a=fmtp:111', 'a=sendrecv', 'a=rtcp:9'])
      expect(text).toContain(line)
    expect(plain(carrierSdp(4000))).toBe(carrierSdp(4000))
  })
})
