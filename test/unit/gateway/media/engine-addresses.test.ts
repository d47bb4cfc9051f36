import { describe, expect, it } from 'vitest'
import { DEFAULT_TRANSCODES, readEngines } from '../../../../src/gateway/media/engine-addresses'

describe('RTPENGINE', () => {
  it('names engines with their weights and limits', () => {
    expect(readEngines(' udp:10.0.0.7:2223;weight=2;transcodes=30 , udp:[::1]:22222,udp:media-1.local:1 ')).toEqual([
      { host: '10.0.0.7', port: 2223, weight: 2, transcodes: 30 },
      { host: '::1', port: 22_222, weight: 1, transcodes: DEFAULT_TRANSCODES },
      { host: 'media-1.local', port: 1, weight: 1, transcodes: DEFAULT_TRANSCODES },
    ])
    expect(readEngines('udp:h:1;transcodes=0')).toMatchObject([{ transcodes: 0 }])
    expect(readEngines('udp:h:1;region=eu-1;weight=3')).toMatchObject([{ region: 'eu-1', weight: 3 }])
  })

  it('may be empty, or off', () => {
    expect(readEngines('')).toEqual([])
    expect(readEngines('off')).toBe('off')
  })

  it('a mistake gives one line that says what is wrong', () => {
    const complaint = (text: string) => {
      try {
        readEngines(text)
      } catch (error) {
        return (error as Error).message
      }
      return undefined
    }
    expect(complaint('127.0.0.1:2223')).toBe('RTPENGINE: "127.0.0.1:2223" is not like udp:127.0.0.1:2223;weight=1')
    for (const text of [
      'tcp:h:1',
      'udp:h',
      'udp:h:0',
      'udp:h:65536',
      'udp:::1:2223',
      'udp:h:1;weight',
      'udp:h:1;weight=-1',
    ])
      expect(complaint(text)).toContain('is not like')
    expect(complaint('udp:h:1;weight=0')).toBe('RTPENGINE: "udp:h:1;weight=0": weight is a number from 1 to 100')
    expect(complaint('udp:h:1;color=1')).toContain('color is none of weight, transcodes and region')
    expect(complaint('udp:h:1;weight=two')).toContain('weight is a number from 1 to 100')
    expect(complaint('udp:h:1;region=eu-')).toContain('region is a-z, 0-9 and hyphens between them')
    expect(complaint('udp:h:1,udp:h:1;weight=2')).toBe('RTPENGINE names h port 1 twice')
  })
})
