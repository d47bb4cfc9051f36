import { describe, expect, it } from 'vitest'
import { isKeepAlive, summarize } from '../../../src/web/sip-frame'

const invite = 'INVITE sip:1002@strowger.test SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n'
const response = (statusLine: string) => `SIP/2.0 ${statusLine}\r\nCSeq: 7 REGISTER\r\nContent-Length: 0\r\n\r\n`

describe('SIP frame summary', () => {
  it('shows the request line of a request', () => {
    expect(summarize(invite)).toEqual({
      firstLine: 'INVITE sip:1002@strowger.test SIP/2.0',
      kind: 'request',
      answers: '',
    })
  })

  it.each([
    ['100 Trying', 'provisional'],
    ['180 Ringing', 'provisional'],
    ['200 OK', 'success'],
    ['302 Moved Temporarily', 'failure'],
    ['404 User not Registered', 'failure'],
    ['503 Service Unavailable', 'failure'],
    ['603 Decline', 'failure'],
  ])('tells that %s is %s, and which request it answers', (status, kind) => {
    expect(summarize(response(status))).toEqual({ firstLine: `SIP/2.0 ${status}`, kind, answers: 'REGISTER' })
  })

  it('does not look for CSeq in the body', () => {
    expect(summarize('SIP/2.0 200 OK\r\n\r\nCSeq: 1 INVITE\r\n').answers).toBe('')
  })

  it('takes a frame without a line end as it is', () => {
    expect(summarize('garbage').firstLine).toBe('garbage')
  })

  it.each(['\r\n\r\n', '\r\n', ''])('takes %j for a keep-alive', (text) => {
    expect(isKeepAlive(text)).toBe(true)
  })

  it('takes a request for no keep-alive', () => {
    expect(isKeepAlive(`\r\n${invite}`)).toBe(false)
  })
})
