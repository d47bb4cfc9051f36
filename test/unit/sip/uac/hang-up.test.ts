import { describe, expect, it } from 'vitest'
import { parse } from '../../../../src/sip/message/parse'
import { serialize } from '../../../../src/sip/message/serialize'
import { hangUp } from '../../../../src/sip/uac/hang-up'

const REASON = 'SIP;cause=500;text="No Media"'

function answer(...lines: readonly string[]) {
  const parsed = parse(
    [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP gw.test;branch=z9hG4bK1',
      'From: <sip:alice@a.test>;tag=from',
      'To: <sip:bob@b.test>;tag=to',
      'Call-ID: call',
      'CSeq: 7 INVITE',
      ...lines,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
    false,
  )
  if (!parsed.ok || parsed.message.kind !== 'response') throw new Error('not a response')
  return parsed.message
}

const isOwn = (route: string) => route.includes('gw.test')

describe('what ends a call whose answer its caller can not have (RFC 3261 §13.2.2.4)', () => {
  it('goes to the Contact, past the proxies behind us and none before us', () => {
    const ending = hangUp(
      answer(
        'Record-Route: <sip:last.test;lr>, <sip:first.test;lr>',
        'Record-Route: <sip:gw.test;lr>',
        'Record-Route: <sip:before.test;lr>',
        'Contact: <sip:bob@10.0.0.2:5070>',
      ),
      isOwn,
      REASON,
    )
    const common = (method: string, cSeq: number) =>
      `${method} sip:bob@10.0.0.2:5070 SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <sip:alice@a.test>;tag=from\r\nTo: <sip:bob@b.test>;tag=to\r\nCall-ID: call\r\nCSeq: ${cSeq} ${method}\r\nRoute: <sip:first.test;lr>\r\nRoute: <sip:last.test;lr>\r\n`
    expect(ending && serialize(ending.ack)).toBe(`${common('ACK', 7)}Content-Length: 0\r\n\r\n`)
    expect(ending && serialize(ending.bye)).toBe(`${common('BYE', 8)}Reason: ${REASON}\r\nContent-Length: 0\r\n\r\n`)
  })

  it('needs no proxies', () => {
    const ending = hangUp(answer('Record-Route: <sip:gw.test;lr>', 'Contact: <sip:bob@10.0.0.2>'), isOwn, REASON)
    expect(ending?.ack.headers.some(({ key }) => key === 'route')).toBe(false)
  })

  it('is impossible without a Contact', () => {
    expect(hangUp(answer(), isOwn, REASON)).toBeUndefined()
  })
})
