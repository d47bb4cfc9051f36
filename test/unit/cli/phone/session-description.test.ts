import { describe, expect, it } from 'vitest'
import { answerTo, offer } from '../../../../src/cli/phone/session-description'
import { browserSdp, carrierSdp, sdp } from '../../../support/session-descriptions'

const lines = (text: string) => text.split('\r\n').slice(0, -1)
const kept = (text: string, ...starts: string[]) =>
  lines(text).filter((line) => starts.some((start) => line.startsWith(start)))

describe('what the test phone offers', () => {
  it('is what browsers take: DTLS-SRTP, ICE, and one line of audio', () => {
    expect(kept(offer(), 'm=', 'a=setup', 'a=mid', 'a=rtcp-mux')).toEqual([
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126',
      'a=setup:actpass',
      'a=rtcp-mux',
      'a=mid:0',
    ])
    expect(offer()).toMatch(/^v=0\r\no=- \d+ 1 IN IP4 127\.0\.0\.1\r\ns=-\r\nt=0 0\r\n/)
    expect(offer()).toMatch(/a=fingerprint:sha-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}\r\n/)
  })

  it('is another one each time', () => {
    expect(offer()).not.toBe(offer())
  })
})

describe('RFC 3264 §6: what it answers', () => {
  it('to a browser: the codecs that both have, and the active part of DTLS', () => {
    const answer = answerTo(browserSdp())
    expect(kept(answer, 'm=', 'a=setup', 'a=mid', 'a=group')).toEqual([
      'a=group:BUNDLE 0',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110 126',
      'a=setup:active',
      'a=mid:0',
    ])
    expect(answer).toContain('a=rtpmap:110 telephone-event/48000')
    expect(answer).not.toContain('red/48000')
  })

  it('to a carrier: plain RTP', () => {
    const answer = answerTo(carrierSdp(4_000))
    expect(kept(answer, 'm=', 'a=setup', 'a=ice')).toEqual(['m=audio 9 RTP/AVP 8 0 101'])
  })

  it('to its own offer', () => {
    expect(kept(answerTo(offer()), 'm=')).toEqual(kept(offer(), 'm='))
  })

  it('has a line for each one offered: what is no audio, or has no codec of ours, is refused', () => {
    const offered = sdp(
      'v=0',
      'o=- 1 1 IN IP4 1.1.1.1',
      's=-',
      't=0 0',
      'm=video 9 RTP/AVP 96',
      'm=audio 9 RTP/AVP 18',
      'm=audio 9 RTP/AVP 8',
    )
    expect(kept(answerTo(offered), 'm=')).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 0 RTP/AVP 18',
      'm=audio 9 RTP/AVP 8',
    ])
  })
})
