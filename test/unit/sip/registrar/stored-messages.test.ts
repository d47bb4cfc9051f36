import { describe, expect, it } from 'vitest'
import { setBody, setHeader } from '../../../../src/sip/message/edit'
import { header } from '../../../../src/sip/message/headers'
import {
  DEFAULT_MESSAGE_SECONDS,
  deliveryOf,
  MAX_MESSAGE_SECONDS,
  MAX_STORED_BYTES,
  outcomeOf,
  type StoredMessage,
  storeMessage,
} from '../../../../src/sip/registrar/stored-messages'
import { originate } from '../../../../src/sip/uac/originate'
import { requestOf } from '../../support/messages'

const NOW = Date.UTC(2026, 10, 25, 12)
const message = setHeader(setBody(requestOf('MESSAGE'), 'Hello'), 'Content-Type', 'text/plain;charset=utf-8')
const stored = (request = message) => storeMessage(request, 'fresh', NOW) as StoredMessage

describe('RFC 3428 §7 a message that is kept', () => {
  it('goes out with its sender, its body and the time when it came', () => {
    const { request, aor } = originate(deliveryOf(stored(), 'bob@example.test'), { callId: 'x', fromTag: 'm1' })
    expect([aor, request.uri, request.body]).toEqual(['bob@example.test', 'sip:bob@example.test', 'Hello'])
    expect(header(request, 'from')).toBe('"Alice" <sip:alice@example.test>;tag=m1')
    expect(header(request, 'date')).toBe('Wed, 25 Nov 2026 12:00:00 GMT')
    expect(header(request, 'content-type')).toBe('text/plain;charset=utf-8')
    expect(header(request, 'call-id')).toBe('fresh')
  })

  it('keeps Subject and display name', () => {
    const named = setHeader(
      setHeader(message, 'Subject', 'Lunch'),
      'From',
      '"Alice \\"A\\"" <sip:alice@example.test>;tag=1',
    )
    const { request } = originate(deliveryOf(stored(named), 'bob@example.test'), { callId: 'x', fromTag: 'm1' })
    expect(header(request, 'subject')).toBe('Lunch')
    expect(header(request, 'from')).toBe('"Alice \\"A\\"" <sip:alice@example.test>;tag=m1')
  })

  it.each([
    [undefined, DEFAULT_MESSAGE_SECONDS],
    ['60', 60],
    ['99999999', MAX_MESSAGE_SECONDS],
    ['soon', DEFAULT_MESSAGE_SECONDS],
  ])('with Expires %s waits %i s', (expires, seconds) => {
    const request = expires === undefined ? message : setHeader(message, 'Expires', expires)
    expect(stored(request).expiresAtMs - NOW).toBe(seconds * 1_000)
  })

  it('may not be too large, and must be text', () => {
    expect(storeMessage(setBody(message, 'x'.repeat(MAX_STORED_BYTES + 1)), 'f', NOW)).toEqual({
      why: 'the body is too large',
    })
    expect(storeMessage({ ...message, binary: true }, 'f', NOW)).toEqual({ why: 'the body is no text' })
  })

  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [415, 'refused'],
    [603, 'refused'],
    [408, 'later'],
    [480, 'later'],
    [404, 'later'],
    [503, 'later'],
    [undefined, 'later'],
  ])('%s means %s', (status, outcome) => expect(outcomeOf(status)).toBe(outcome))
})
