import { describe, expect, it } from 'vitest'
import { prependHeader } from '../../../../src/sip/message/edit'
import { makeRequest } from '../../../../src/sip/message/make-request'
import { makeResponse } from '../../../../src/sip/message/respond'
import { serialize } from '../../../../src/sip/message/serialize'
import { clientTransactionKey, inviteKeyOfCancel, serverTransactionKey } from '../../../../src/sip/transaction/key'
import { ackOf, cancelOf } from '../../../../src/sip/uac/hop-by-hop'

const invite = makeRequest({
  method: 'INVITE',
  uri: 'sip:b@b.test',
  from: '<sip:a@a.test>;tag=1',
  to: '<sip:b@b.test>',
  callId: 'call',
  cSeq: 7,
  via: 'SIP/2.0/WSS a.invalid;branch=z9hG4bKx',
  headers: [
    ['Route', '<sip:p.test;lr>'],
    ['Contact', '<sip:a@a.invalid>'],
  ],
  body: 'v=0',
})

const head = (method: string, to: string) =>
  `${method} sip:b@b.test SIP/2.0\r\nVia: SIP/2.0/WSS a.invalid;branch=z9hG4bKx\r\nMax-Forwards: 70\r\nFrom: <sip:a@a.test>;tag=1\r\nCall-ID: call\r\nRoute: <sip:p.test;lr>\r\nTo: ${to}\r\nCSeq: 7 ${method}\r\nContent-Length: 0\r\n\r\n`

describe('RFC 3261 §17.1.1.3: the ACK for a response that is no 2xx', () => {
  it('has the branch of the INVITE, its routes, and the To of the response', () => {
    const busy = makeResponse(invite, 486, { toTag: '2' })
    expect(serialize(ackOf(invite, busy))).toBe(head('ACK', '<sip:b@b.test>;tag=2'))
    expect(serverTransactionKey(ackOf(invite, busy))).toBe(serverTransactionKey(invite))
  })
})

describe('RFC 3261 §9.1: the CANCEL of an INVITE', () => {
  it('has its branch, its routes and its To, and nothing of its body', () => {
    expect(serialize(cancelOf(invite))).toBe(head('CANCEL', '<sip:b@b.test>'))
    expect(inviteKeyOfCancel(cancelOf(invite))).toBe(serverTransactionKey(invite))
    expect(clientTransactionKey(cancelOf(invite))).not.toBe(clientTransactionKey(invite))
  })

  it('has the topmost Via alone', () => {
    const relayed = prependHeader(invite, 'Via', 'SIP/2.0/WSS p.test;branch=z9hG4bKy')
    expect(serialize(cancelOf(relayed)).match(/Via: .*/g)).toEqual(['Via: SIP/2.0/WSS p.test;branch=z9hG4bKy'])
  })
})
