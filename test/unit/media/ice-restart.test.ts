import { describe, expect, it } from 'vitest'
import { isIceRestart } from '../../../src/media/ice-restart'
import { type BrowserFacts, browserSdp, carrierSdp } from '../../support/session-descriptions'

const before = browserSdp()
const fresh = { version: 3, ufrag: 'Zz9q', pwd: 'aaaabbbbccccddddeeeeffff', port: 51_000 }
const reoffer = (facts: BrowserFacts = {}) => browserSdp({ ...fresh, ...facts })

describe('RFC 8839 §4.4.1.1.1 a re-offer that only restarts ICE', () => {
  it('has other credentials, and other candidates and addresses because of them', () => {
    expect(isIceRestart(before, reoffer())).toBe(true)
    expect(isIceRestart(browserSdp({ setup: 'active' }), reoffer({ setup: 'actpass' }))).toBe(true)
  })

  it('is none without other credentials: both of them', () => {
    expect(isIceRestart(before, before)).toBe(false)
    expect(isIceRestart(before, browserSdp({ version: 3, port: 51_000 }))).toBe(false)
    expect(isIceRestart(carrierSdp(4000), carrierSdp(4002, undefined, { version: 2 }))).toBe(false)
  })

  it('is none when the far end has something to decide: hold, codecs, another medium, a refused one', () => {
    expect(isIceRestart(before, reoffer({ direction: 'sendonly' }))).toBe(false)
    expect(isIceRestart(before, reoffer({ payloads: [111, 0, 8, 126] }))).toBe(false)
    expect(isIceRestart(before, `${reoffer()}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`)).toBe(false)
    expect(isIceRestart(before, reoffer({ port: 0 }))).toBe(false)
    expect(isIceRestart(before, reoffer().replace('sha-256 10:', 'sha-256 11:'))).toBe(false)
  })
})
