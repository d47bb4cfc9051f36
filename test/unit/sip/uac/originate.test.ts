import { describe, expect, it } from 'vitest'
import { header } from '../../../../src/sip/message/headers'
import { MAX_CALL_ID, MAX_ORIGINATED_BYTES, type OwnRequest, originate } from '../../../../src/sip/uac/originate'
import { wire } from '../../support/messages'

const fresh = { callId: 'fresh-call', fromTag: 'fresh-tag' }
const message: OwnRequest = { method: 'MESSAGE', to: 'bob@example.test', from: 'exchange@example.test', body: 'Grüße' }
const made = (fields: Partial<OwnRequest> = {}) => originate({ ...message, ...fields }, fresh)

describe('RFC 3261 §8.1.1, RFC 3428 §4: a request of our own', () => {
  it('J02 what is not given is generated; Via and Max-Forwards are left to the first hop', () => {
    expect(wire(made().request)).toBe(
      [
        'MESSAGE sip:bob@example.test SIP/2.0',
        'From: <sip:exchange@example.test>;tag=fresh-tag',
        'To: <sip:bob@example.test>',
        'Call-ID: fresh-call',
        'CSeq: 1 MESSAGE',
        'Content-Type: text/plain',
        'Content-Length: 7',
        '',
        'Grüße',
      ].join('\r\n'),
    )
  })

  it('J02 method, ruri, furi, turi, callid, hdrs and body are settable', () => {
    const { request, aor } = made({
      method: 'NOTIFY',
      uri: 'sip:carol@EXAMPLE.test',
      to: { uri: 'sip:bob@example.test', display: 'Bob "B"' },
      from: { uri: 'sip:1@example.test', display: 'Désk' },
      callId: 'mine@here',
      headers: [
        ['Event', 'check-sync'],
        ['Content-Type', 'application/x'],
        ['Contact', '<sip:x@example.test>'],
      ],
      body: '1',
    })
    expect(aor).toBe('carol@example.test')
    expect(wire(request).split('\r\n').slice(0, 8)).toEqual([
      'NOTIFY sip:carol@EXAMPLE.test SIP/2.0',
      'From: "Désk" <sip:1@example.test>;tag=fresh-tag',
      'To: "Bob \\"B\\"" <sip:bob@example.test>',
      'Call-ID: mine@here',
      'CSeq: 1 NOTIFY',
      'Event: check-sync',
      'Content-Type: application/x',
      'Contact: <sip:x@example.test>',
    ])
  })

  it('either of uri and to stands for the other', () => {
    const { to: _, ...rest } = message
    expect(header(originate({ ...rest, uri: 'sip:bob@example.test' }, fresh).request, 'to')).toBe(
      '<sip:bob@example.test>',
    )
    expect(() => originate(rest, fresh)).toThrow('send() needs a uri or a to')
  })

  it.each(['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER'])('%s is refused', (method) => {
    expect(() => made({ method })).toThrow(`a proxy can't send ${method} of its own`)
  })

  it.each<[string, Partial<OwnRequest>]>([
    ['not a method', { method: 'MESS AGE' }],
    ['not the address of a user', { to: 'sip:example.test' }],
    ['not the address of a user', { to: 'tel:+49123' }],
    ['not the address of a user', { to: 'sip:bob@example.test?Subject=x' }],
    ['not a URI', { from: 'sip:a@example.test>\r\nX: y' }],
    ['not the address of a user', { to: 'bob b@example.test' }],
    ['control character in a display name', { from: { uri: 'sip:a@example.test', display: 'a\r\nX: y' } }],
    ['Via is generated', { headers: [['Via', 'SIP/2.0/WSS x']] }],
    ['i is generated', { headers: [['i', 'x']] }],
    ['Route is generated', { headers: [['Route', '<sip:x>']] }],
    ['a MESSAGE has no Contact', { headers: [['m', '<sip:x>']] }],
    ['no line end', { headers: [['Subject', 'a\r\nX: y']] }],
    ['not a header name', { headers: [['Sub ject', 'a']] }],
    ['a Call-ID is', { callId: 'a b' }],
    ['a Call-ID is', { callId: '' }],
    ['a Call-ID is', { callId: 'x'.repeat(MAX_CALL_ID + 1) }],
    ['are allowed', { body: 'ü'.repeat(MAX_ORIGINATED_BYTES / 2) }],
  ])('%s: %j is refused', (words, fields) => {
    expect(() => made(fields)).toThrow(words)
  })

  it('16 KiB fit', () => {
    const rest = wire(made({ body: '' }).request).length + 'Content-Type: text/plain\r\n'.length
    const body = 'x'.repeat(MAX_ORIGINATED_BYTES - rest - '12345'.length + 1)
    expect(wire(made({ body }).request)).toHaveLength(MAX_ORIGINATED_BYTES)
  })
})
