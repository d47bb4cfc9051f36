import { describe, expect, it } from 'vitest'
import {
  KEEP_ALIVE_WINDOW_MS,
  keepAliveIn,
  longestExpires,
  MAX_EXPIRES_SECONDS,
} from '../../../../src/sip/outbound/keep-alive'
import { START_MS } from '../../support/call'

describe('RFC 5626 §3.5.1 keep-alives', () => {
  it('P12 a double CRLF is a ping', () => {
    expect(keepAliveIn('\r\n\r\n')).toBe('ping')
  })

  it.each(['\r\n', '', '\0', '\n', '  \r\n', '\r\n\r\n\r\n'])('P12 %j is nothing to answer', (text) => {
    expect(keepAliveIn(text)).toBe('pong')
  })

  it('a message after CRLFs is a message', () => {
    expect(keepAliveIn('\r\n\r\nOPTIONS sip:x SIP/2.0\r\n')).toBeUndefined()
  })
})

describe('the longest Expires of a flow', () => {
  it('P12 is 90 s until the phone was seen to ping', () => {
    expect(longestExpires(undefined, START_MS)).toBe(90)
  })

  it('is an hour while it pings', () => {
    expect(longestExpires(START_MS, START_MS)).toBe(MAX_EXPIRES_SECONDS)
    expect(longestExpires(START_MS, START_MS + KEEP_ALIVE_WINDOW_MS - 1)).toBe(3_600)
  })

  it('is 90 s again when it stopped', () => {
    expect(longestExpires(START_MS, START_MS + KEEP_ALIVE_WINDOW_MS)).toBe(90)
  })
})
