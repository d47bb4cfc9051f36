import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ngPacket, readNgPacket } from '../../../../src/gateway/media/ng-client'
import { carrierSdp } from '../../../support/session-descriptions'

const bytes = fc.uint8Array({ maxLength: 40 }).map((all) => Buffer.from(all).toString('latin1'))
const cookie = bytes.filter((text) => text !== '' && !text.includes(' '))

describe('a packet of the ng protocol', () => {
  it('is the cookie, a space and a dictionary in bencode', () => {
    expect(ngPacket('c_1', { command: 'ping' }).toString()).toBe('c_1 d7:command4:pinge')
    expect(readNgPacket(Buffer.from('c_1 d6:result4:ponge'))).toEqual({ cookie: 'c_1', dictionary: { result: 'pong' } })
  })

  it('comes back as it was, whatever bytes cookie and values have', () => {
    fc.assert(
      fc.property(cookie, bytes, fc.array(bytes), fc.nat(), (name, sdp, flags, number) => {
        const command = { command: 'offer' as const, sdp, flags, number, codec: { transcode: flags } }
        expect(readNgPacket(ngPacket(name, command))).toEqual({ cookie: name, dictionary: command })
      }),
    )
  })

  it('counts bytes: a description that is not ASCII keeps its length', () => {
    const sdp = Buffer.from(carrierSdp(4000).replace('s=-', 's=Müller ☎')).toString('latin1')
    const packet = ngPacket('c', { command: 'offer', sdp })
    expect(packet.toString('latin1')).toContain(`3:sdp${sdp.length}:`)
    expect(readNgPacket(packet)?.dictionary.sdp).toBe(sdp)
  })

  it('is nothing when it is something else', () => {
    for (const text of ['', 'c', ' d6:result4:ponge', 'c 4:pong', 'c l4:ponge', 'c d6:result', 'c i1e', 'c nonsense'])
      expect(readNgPacket(Buffer.from(text)), text).toBeUndefined()
  })
})
