import { describe, expect, it } from 'vitest'
import { DEFAULT_DTMF_MS, MAX_DTMF_MS, MIN_DTMF_MS, readDtmf } from '../../../src/media/dtmf'

const relay = (body: string) => readDtmf('application/dtmf-relay', body)

describe('G3 the key that an INFO tells', () => {
  it('is read as JsSIP and SIP.js write it', () => {
    expect(relay('Signal=5\r\nDuration=100')).toEqual({ digit: '5', durationMs: 100 })
    expect(relay('Signal= #\r\nDuration= 160\r\n')).toEqual({ digit: '#', durationMs: 160 })
    expect(readDtmf('Application/DTMF-Relay; charset=utf-8', 'signal=d\nduration=200')).toEqual({
      digit: 'D',
      durationMs: 200,
    })
  })

  it('is the whole body of application/dtmf', () => {
    expect(readDtmf('application/dtmf', ' 9 \r\n')).toEqual({ digit: '9', durationMs: DEFAULT_DTMF_MS })
  })

  it('RFC 4733 §3.2 may be the code of its event', () => {
    expect(['10', '11', '12', '15'].map((code) => relay(`Signal=${code}`)?.digit)).toEqual(['*', '#', 'A', 'D'])
  })

  it('is not too short and not too long', () => {
    expect(relay('Signal=1\r\nDuration=1')?.durationMs).toBe(MIN_DTMF_MS)
    expect(relay('Signal=1\r\nDuration=99999999')?.durationMs).toBe(MAX_DTMF_MS)
  })

  it('is none in any other INFO', () => {
    for (const body of ['Signal=flash', 'Signal=16', 'Signal=55', 'Signal=', '', 'Duration=100'])
      expect(relay(body)).toBeUndefined()
    expect(readDtmf('application/media_control+xml', 'Signal=5')).toBeUndefined()
    expect(readDtmf(undefined, '5')).toBeUndefined()
    expect(readDtmf('application/dtmf', '12 34')).toBeUndefined()
  })
})
