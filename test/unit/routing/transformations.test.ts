import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, md5, messageText, Router, sha256, toBase64, uriParameter } from '../../../src/routing'
import { decide, type Fakes } from '../../../src/routing/test-kit'
import { requestOf } from '../support/messages'

describe('N10 what scripts make of texts', () => {
  it('hashes are in lower-case hex, of UTF-8', () => {
    expect(md5('ü')).toBe(createHash('md5').update('ü').digest('hex'))
    expect(sha256('ü')).toBe(createHash('sha256').update('ü').digest('hex'))
  })

  it('base64 is that of UTF-8, and comes back as it was', () => {
    expect(toBase64('Grüße')).toBe(Buffer.from('Grüße').toString('base64'))
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fromBase64(toBase64(text)) === text))
    expect([fromBase64('%%%'), fromBase64('/w==')]).toEqual([undefined, undefined])
  })

  it('a parameter of a URI is read by its name', () => {
    expect(uriParameter('sip:bob@example.com;transport=ws;lr', 'Transport')).toBe('ws')
    expect(uriParameter('sip:bob@example.com;lr', 'lr')).toBe('')
    expect(uriParameter('sip:bob@example.com', 'lr')).toBeUndefined()
    expect(uriParameter('tel:+49', 'lr')).toBeUndefined()
  })

  it('the Call-ID of a request of our own may be made of the message that caused it', async () => {
    const sip = new Router().message((c) => {
      const callId = c.send({
        method: 'MESSAGE',
        to: 'desk@example.com',
        from: 'exchange@example.com',
        callId: md5(messageText(c.request)),
      })
      return c.respond(200, callId.slice(0, 8))
    })
    const sent: NonNullable<Fakes['sent']> = []
    for (const body of ['one', 'one', 'two']) await decide(sip, { method: 'MESSAGE', body }, { sent })
    const [first, again, other] = sent.map(({ request }) => /Call-ID: (\S+)/.exec(messageText(request))?.[1])
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('the text of a message is what would be sent', () => {
    expect(messageText(requestOf('INVITE'))).toMatch(/^INVITE sip:bob@example\.test SIP\/2\.0\r\n/)
  })
})
