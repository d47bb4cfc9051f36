import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame } from '../../../../src/sip/message/octets'
import { reasonPhrase } from '../../../../src/sip/message/reason-phrase'
import { makeResponse } from '../../../../src/sip/message/respond'
import { serialize, toFrame } from '../../../../src/sip/message/serialize'
import { validateResponse } from '../../../../src/sip/message/validate'
import { options, readRequest, text } from './reading'

const COPIED = [
  'v: SIP/2.0/TCP c , SIP/2.0/UDP b',
  'f: Alice <sip:alice@atlanta.example>;tag=1',
  'Via :SIP/2.0/UDP a',
  'To:\r\n <sip:bob@biloxi.example>',
  'i: abc',
  'CSEQ: 7 INVITE',
]
const invite = (further: readonly string[] = []) =>
  readRequest(text(['INVITE sip:bob@biloxi.example SIP/2.0', ...COPIED, 'Subject: x', ...further], 'body'))
const tagged = COPIED.map((line) => (line.startsWith('To') ? `${line};tag=t1` : line))

describe('a response (RFC 3261 §8.2.6)', () => {
  it('A15 copies Vias in order, From, Call-ID, CSeq and To with a tag', () => {
    expect(serialize(makeResponse(invite(), 404, { toTag: 't1' }))).toBe(
      text(['SIP/2.0 404 Not Found', ...tagged, 'Content-Length: 0']),
    )
  })

  it('A15 has own reason, headers and body', () => {
    const options = {
      reason: 'Nope',
      toTag: 't1',
      headers: [
        ['Retry-After', '5'],
        ['X', 'é'],
      ],
      body: 'né',
    } as const
    expect(serialize(makeResponse(invite(), 480, options))).toBe(
      text(['SIP/2.0 480 Nope', ...tagged, 'Retry-After: 5', 'X: é', 'Content-Length: 3'], 'né'),
    )
  })

  it('has no tag of ours on a 100, which repeats the Timestamp', () => {
    expect(serialize(makeResponse(invite(['Timestamp: 54']), 100, { toTag: 't1' }))).toBe(
      text(['SIP/2.0 100 Trying', ...COPIED, 'Timestamp: 54', 'Content-Length: 0']),
    )
    expect(serialize(makeResponse(invite(['Timestamp: 54']), 180, { toTag: 't1' }))).not.toContain('Timestamp')
  })

  it('keeps the tag of a request inside a dialog', () => {
    const bye = readRequest(options().replace('To: <sip:bob@biloxi.example>', 'To: sip:bob@biloxi.example;tag=old'))
    const response = serialize(makeResponse(bye, 200, { toTag: 't1' }))
    expect(response).toContain('To: sip:bob@biloxi.example;tag=old\r\n')
  })

  it('copies the first of a field that a bad request repeats, so that it can be read', () => {
    const response = makeResponse(invite(['To: <sip:other@x>', 'CSeq: 8 INVITE', 'Call-ID: def']), 400, { toTag: 't1' })
    expect(serialize(response)).toBe(text(['SIP/2.0 400 Bad Request', ...tagged, 'Content-Length: 0']))
    expect(validateResponse(response)).toBeUndefined()
  })

  it('refuses line breaks in the reason and in values, and tags that are no tokens', () => {
    expect(() => makeResponse(invite(), 400, { reason: 'a\r\nVia: b' })).toThrow('CR or LF')
    expect(() => makeResponse(invite(), 400, { reason: 'a\nb' })).toThrow('CR or LF')
    expect(() => makeResponse(invite(), 400, { headers: [['X', 'a\rb']] })).toThrow('CR or LF')
    expect(() => makeResponse(invite(), 400, { toTag: 'a;b' })).toThrow('not a tag')
  })

  it('to a frame that is not UTF-8 keeps its bytes and counts its own', () => {
    const latin1 = Uint8Array.from(options(['X: y']), (c) => c.charCodeAt(0))
    const bytes = Uint8Array.from([...latin1.slice(0, -4), 0x0d, 0x0a, 0x0d, 0x0a, 0xff])
    const at = options().indexOf('Alice')
    bytes[at] = 0xe4
    const frame = decodeFrame(bytes)
    const response = makeResponse(readRequest(frame.text, frame.binary), 400, { reason: 'né', body: '好' })
    const out = encodeFrame(toFrame(response))
    if (typeof out === 'string') throw new Error('not a binary frame')
    const lenient = new TextDecoder().decode(out)
    expect(lenient).toContain('SIP/2.0 400 né\r\n')
    expect(lenient).toContain('Content-Length: 3\r\n\r\n好')
    expect([...out]).toContain(0xe4)
  })
})

describe('reason phrases', () => {
  it('are those of the RFCs', () => {
    expect(reasonPhrase(180)).toBe('Ringing')
    expect(reasonPhrase(422)).toBe('Session Interval Too Small')
    expect(reasonPhrase(430)).toBe('Flow Failed')
    expect(reasonPhrase(513)).toBe('Message Too Large')
  })

  it('exist for a code that nobody registered', () => {
    expect(reasonPhrase(699)).toBe('Unknown')
  })
})
