import { describe, expect, it } from 'vitest'
import { hasMedia, legOf, mediaEnd, unheard } from '../../../src/media/leg'
import { browserSdp, carrierSdp, sdp } from '../../support/session-descriptions'

describe('the leg of a description', () => {
  it('is webrtc by its transport or its fingerprint, and rtp otherwise', () => {
    expect(legOf(browserSdp())).toBe('webrtc')
    expect(legOf(browserSdp().replace('UDP/TLS/RTP/SAVPF', 'RTP/SAVPF'))).toBe('webrtc')
    expect(legOf(carrierSdp(4000))).toBe('rtp')
    expect(legOf(carrierSdp(4000, [0], { protocol: 'RTP/SAVP' }))).toBe('rtp')
  })

  it('keeps the profile and whether ICE is lite', () => {
    expect(mediaEnd(carrierSdp(4000, [0], { protocol: 'RTP/SAVP' }))).toEqual({
      leg: 'rtp',
      protocol: 'RTP/SAVP',
      isIceLite: false,
    })
    expect(mediaEnd(browserSdp().replace('t=0 0\r\n', 't=0 0\r\na=ice-lite\r\n'))).toEqual({
      leg: 'webrtc',
      protocol: 'UDP/TLS/RTP/SAVPF',
      isIceLite: true,
    })
    expect(unheard('rtp')).toEqual({ leg: 'rtp', protocol: 'RTP/AVP', isIceLite: false })
  })

  it('is asked for only when there is a medium', () => {
    expect(hasMedia(carrierSdp(4000))).toBe(true)
    expect(hasMedia(sdp('v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 't=0 0'))).toBe(false)
  })
})
