import { describe, expect, it } from 'vitest'
import { setBody } from '../../../src/sip/message/edit'
import { header } from '../../../src/sip/message/headers'
import { Exchange } from '../support/exchange'
import { requestOf } from '../support/messages'

const SDP = 'v=0\r\ns=Größe\r\nm=audio 4000 RTP/AVP 0 8\r\n'

function contextOf(type: string, body = SDP) {
  const c = new Exchange().context(requestOf('INVITE', { lines: [`Content-Type: ${type}`] }))
  c.request = setBody(c.request, body)
  return c
}

describe('the session description of a request', () => {
  it('O03 is edited, with Content-Length in bytes', () => {
    const c = contextOf('application/sdp')
    c.sdp.removeCodecs('PCMU')
    expect(c.request.body).toBe(SDP.replace('0 8', '8'))
    expect(header(c.request, 'content-length')).toBe(String(new TextEncoder().encode(c.request.body).length))
    expect(c.sdp.codecs).toEqual(['PCMA'])
  })

  it('O05 says when nothing is left', () => {
    const c = contextOf('application/sdp; charset=utf-8')
    c.sdp.keepCodecs(['opus'])
    expect(c.sdp.isEmpty).toBe(true)
  })

  it('O07 O10 reorders codecs and sets packet times', () => {
    const c = contextOf('application/sdp')
    c.sdp.preferCodecs('PCMA')
    c.sdp.ptime = 40
    c.sdp.maxptime = 60
    expect([c.sdp.codecs, c.sdp.ptime, c.sdp.maxptime]).toEqual([['PCMA', 'PCMU'], 40, 60])
  })

  it.each(['multipart/mixed;boundary=x', 'text/plain'])('leaves a body of %s alone', (type) => {
    const c = contextOf(type)
    c.sdp.removeCodecs('PCMU')
    expect(c.request.body).toBe(SDP)
    expect([c.sdp.codecs, c.sdp.isEmpty, c.sdp.ptime]).toEqual([[], false, undefined])
  })
})
