import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecNames, hasEmptyMedia, keepCodecs, preferCodecs, removeCodecs } from '../../../../src/sip/sdp/codecs'
import { packetTime, setPacketTime } from '../../../../src/sip/sdp/packet-time'

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join('')

const session = ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=group:BUNDLE 0 1 2']
const audio = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8 13 110 126',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=mid:0',
]
const video = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:102 H264/90000',
  'a=mid:1',
]
const data = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:2']
const sdp = lines(...session, ...audio, ...video, ...data)
const plain = lines(...session, 'm=audio 4000 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000')

const without = (...gone: string[]) => gone.reduce((text, line) => text.replace(`${line}\r\n`, ''), sdp)

describe('removing codecs', () => {
  it('O03 by name takes payload, rtpmap and fmtp, and leaves all else byte for byte', () => {
    expect(removeCodecs(sdp, ['PCMU'])).toBe(without('a=rtpmap:0 PCMU/8000').replace('111 63 0 8 13', '111 63 8 13'))
  })

  it('O03 by name finds static payloads that have no rtpmap', () => {
    expect(removeCodecs(plain, ['pcmu'])).toBe(plain.replace('0 8 101', '8 101'))
  })

  it('O04 by payload id is the same, and twice is harmless', () => {
    expect(removeCodecs(sdp, [0])).toBe(removeCodecs(sdp, ['PCMU']))
    expect(removeCodecs(removeCodecs(sdp, ['PCMU']), [0])).toBe(removeCodecs(sdp, [0]))
  })

  it('O06 dynamic payloads by name, of every rate', () => {
    expect(codecNames(removeCodecs(sdp, ['Telephone-Event']))).not.toContain('telephone-event')
  })

  it('takes retransmission and redundancy of a codec along', () => {
    expect(codecNames(removeCodecs(sdp, ['VP8', 'opus']))).toEqual([
      'PCMU',
      'PCMA',
      'CN',
      'telephone-event',
      'telephone-event',
      'H264',
    ])
  })

  it('leaves m-lines alone that are no RTP or are refused', () => {
    const refused = lines(...session, 'm=audio 0 RTP/AVP 0', ...data)
    expect(removeCodecs(refused, ['PCMU'])).toBe(refused)
  })
})

describe('keeping codecs', () => {
  it('O05 keeps only what is named', () => {
    expect(codecNames(keepCodecs(plain, ['PCMA']))).toEqual(['PCMA'])
    expect(codecNames(keepCodecs(plain, ['PCMA'], { keepDtmf: true }))).toEqual(['PCMA', 'telephone-event'])
  })

  it('O05 nothing left to talk with is told', () => {
    expect(hasEmptyMedia(plain)).toBe(false)
    expect(hasEmptyMedia(keepCodecs(plain, ['opus']))).toBe(true)
    expect(hasEmptyMedia(keepCodecs(plain, ['opus'], { keepDtmf: true }))).toBe(true)
  })
})

describe('preferring codecs', () => {
  it('O07 reorders the m-line and nothing else', () => {
    expect(preferCodecs(sdp, ['PCMA', 'opus', 'H264'])).toBe(
      sdp.replace('111 63 0 8 13 110 126', '8 111 63 0 13 110 126').replace('96 97 102', '102 96 97'),
    )
  })
})

describe('packet times', () => {
  it('O10 are read and set in each audio m-line', () => {
    expect(packetTime(plain, 'ptime')).toBeUndefined()
    const set = setPacketTime(plain, 'ptime', 40)
    expect(set).toBe(`${plain}a=ptime:40\r\n`)
    expect(setPacketTime(set, 'ptime', 20)).toBe(`${plain}a=ptime:20\r\n`)
    expect(packetTime(set, 'ptime')).toBe(40)
    expect(packetTime(setPacketTime(sdp, 'maxptime', 60), 'maxptime')).toBe(60)
  })

  it('O11 a missing one is not invented by other edits', () => {
    expect(removeCodecs(plain, ['PCMU'])).not.toContain('ptime')
  })

  it('are whole milliseconds', () => {
    expect(() => setPacketTime(plain, 'ptime', 0)).toThrow('ptime is a whole number')
  })
})

it('whatever is removed, the lines that remain are lines of before, in their order', () => {
  const names = fc.subarray(['opus', 'PCMU', 'PCMA', 'red', 'VP8', 'H264', 'rtx', 'telephone-event', 'CN'])
  fc.assert(
    fc.property(names, fc.constantFrom('\r\n', '\n'), (gone, end) => {
      const text = sdp.replaceAll('\r\n', end)
      const before = text.split(end).filter((line) => !line.startsWith('m='))
      const after = removeCodecs(text, gone)
        .split(end)
        .filter((line) => !line.startsWith('m='))
      expect(before.filter((line) => after.includes(line))).toEqual(after)
      expect(removeCodecs(removeCodecs(text, gone), gone)).toBe(removeCodecs(text, gone))
    }),
  )
})
