import { describe, expect, it } from 'vitest'
import { mediaOf } from '../../../src/media/statistics'

/** What rtpengine 10.5 answers to `query`, without what nobody reads. */
const answer = {
  SSRC: {
    '1772381974': {
      'average MOS': { MOS: 42, 'round-trip time': 692, jitter: 2, 'packet loss': 1, samples: 2 },
      'lowest MOS': { MOS: 38, 'reported at': 1795900893 },
    },
    '7': { 'average MOS': { MOS: 0 } },
  },
  tags: {
    caller: {
      medias: [
        {
          streams: [
            { flags: ['RTP', 'filled'], SSRC: 1772381974, stats: { packets: 147, bytes: 25_284, errors: 0 } },
            { flags: ['RTCP', 'filled'], SSRC: 1772381974, stats: { packets: 29, bytes: 1_948, errors: 0 } },
          ],
        },
        { streams: [{ flags: ['RTP'], stats: { packets: 3, bytes: 300 } }] },
      ],
    },
    callee: { medias: [{ streams: [{ flags: ['RTP'], SSRC: 7, stats: { packets: 5, bytes: 50 } }] }] },
    odd: { medias: [null, { streams: 'x' }, { streams: [3, { flags: ['RTP'], stats: { packets: 'many' } }] }] },
  },
}

describe('O09 what rtpengine tells of an end', () => {
  it('is its RTP of all media, and how it heard the other end', () => {
    expect(mediaOf('caller', answer)).toEqual({
      packets: 150,
      bytes: 25_584,
      heard: { mos: 4.2, lowestMos: 3.8, jitterMs: 2, lossPercent: 1, roundTripMs: 0.692 },
    })
  })

  it('is no score where nobody has reported', () => {
    expect(mediaOf('callee', answer)).toEqual({ packets: 5, bytes: 50 })
  })

  it('is nothing for an end that it does not know, and harmless where it is odd', () => {
    for (const strange of [answer, {}, { tags: [] }, { tags: { nobody: 1 } }])
      expect(mediaOf('nobody', strange)).toBeUndefined()
    expect(mediaOf('odd', answer)).toEqual({ packets: 0, bytes: 0 })
  })
})
