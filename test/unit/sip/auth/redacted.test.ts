import { describe, expect, it } from 'vitest'
import { redacted } from '../../../../src/sip/auth/redacted'

describe('I12 RFC 7616 a message for people', () => {
  it.each([
    ['Authorization: Digest username="a", nonce="n", response="0123abcd", uri="sip:x"', 'response="..."'],
    ['proxy-authorization : Digest response=0123abcd,nc=00000001', 'response="...",nc=00000001'],
    ['Authorization: Digest username="a",\r\n\tresponse="0123abcd"', 'response="..."'],
    ['Authentication-Info: nextnonce="n", rspauth="0123abcd"', 'rspauth="..."'],
  ])('%s', (line, shown) => {
    const text = redacted(`REGISTER sip:x SIP/2.0\r\n${line}\r\nCall-ID: response="kept"\r\n\r\n`)
    expect(text).not.toContain('0123abcd')
    expect(text).toContain(shown)
    expect(text).toContain('Call-ID: response="kept"')
  })
})
