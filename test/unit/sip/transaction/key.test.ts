import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Message, Request } from '../../../../src/sip/message/message'
import { parse } from '../../../../src/sip/message/parse'
import { clientTransactionKey, inviteKeyOfCancel, serverTransactionKey } from '../../../../src/sip/transaction/key'

const torture = join(dirname(fileURLToPath(import.meta.url)), '../../../torture/rfc4475')

interface Parts {
  readonly method?: string
  readonly uri?: string
  readonly via?: string
  readonly fromTag?: string
  readonly toTag?: string
  readonly callId?: string
  readonly number?: number
}

function request(parts: Parts = {}): Request {
  const { method = 'INVITE', uri = 'sip:1002@example.test', via = 'SIP/2.0/WSS a.invalid;branch=z9hG4bK77' } = parts
  const to = parts.toTag === undefined ? '' : `;tag=${parts.toTag}`
  const message = read(
    `${method} ${uri} SIP/2.0\r\nVia: ${via}\r\nVia: SIP/2.0/UDP below.test;branch=z9hG4bKbelow\r\n` +
      `From: <sip:1001@example.test>;tag=${parts.fromTag ?? 'f1'}\r\nTo: <sip:1002@example.test>${to}\r\n` +
      `Call-ID: ${parts.callId ?? 'call-1'}\r\nCSeq: ${parts.number ?? 1} ${method}\r\nContent-Length: 0\r\n\r\n`,
  )
  if (message.kind !== 'request') throw new Error('not a request')
  return message
}

function read(text: string): Message {
  const result = parse(text)
  if (!result.ok) throw new Error(result.reason)
  return result.message
}

const key = (parts?: Parts) => serverTransactionKey(request(parts))

describe('the server transaction key (RFC 3261 §17.2.3)', () => {
  it('D08 is the same for a retransmission, whatever proxies added to the Via', () => {
    expect(key({ via: 'SIP/2.0/WSS A.INVALID;rport=5;branch=z9hG4bK77;received=192.0.2.1' })).toBe(key())
  })

  it('D08 tells branches, sent-by hosts and ports, and methods apart', () => {
    const keys = [
      key(),
      key({ via: 'SIP/2.0/WSS a.invalid;branch=z9hG4bK78' }),
      key({ via: 'SIP/2.0/WSS b.invalid;branch=z9hG4bK77' }),
      key({ via: 'SIP/2.0/WSS a.invalid:5060;branch=z9hG4bK77' }),
      key({ method: 'BYE' }),
      key({ method: 'CANCEL' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('D10 is that of the INVITE for an ACK to a non-2xx response', () => {
    expect(key({ method: 'ACK', toTag: 't1' })).toBe(key())
  })

  it('gives a CANCEL a transaction of its own and finds the INVITE that it is about', () => {
    const cancel = request({ method: 'CANCEL' })
    expect(serverTransactionKey(cancel)).not.toBe(key())
    expect(inviteKeyOfCancel(cancel)).toBe(key())
  })

  it('throws for a message that nobody validated', () => {
    expect(() => serverTransactionKey({ ...request(), headers: [] })).toThrow('without a Via')
  })
})

describe.each([
  ['no branch', 'SIP/2.0/UDP old.test:5060'],
  ['a branch without the magic cookie', 'SIP/2.0/UDP old.test:5060;branch=1'],
  ['a branch that is only the magic cookie', 'SIP/2.0/UDP old.test:5060;branch=z9hG4bK'],
])('the server transaction key of a request of RFC 2543 with %s', (_, via) => {
  it('is the same for a retransmission, its ACK and the INVITE of its CANCEL', () => {
    expect(key({ via })).toBe(key({ via: `${via};received=192.0.2.1` }))
    expect(key({ via, method: 'ACK', toTag: 'of-the-response' })).toBe(key({ via }))
    expect(inviteKeyOfCancel(request({ via, method: 'CANCEL' }))).toBe(key({ via }))
  })

  it('tells requests apart by their fields', () => {
    const keys = [
      key({ via }),
      key({ via, uri: 'sip:1003@example.test' }),
      key({ via, fromTag: 'f2' }),
      key({ via, callId: 'call-2' }),
      key({ via, number: 2 }),
      key({ via, method: 'BYE' }),
      key({ via, method: 'BYE', toTag: 't1' }),
      key({ via, method: 'BYE', toTag: 't2' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })
})

it('RFC 4475 §3.2.1 badbranch: requests with nothing but the cookie do not share a transaction', () => {
  const text = readFileSync(join(torture, 'badbranch.dat'), 'latin1')
  const [one, other] = [read(text), read(text.replace('badbranch.', 'another.'))]
  if (one.kind !== 'request' || other.kind !== 'request') throw new Error('not requests')
  expect(serverTransactionKey(one)).toBe(serverTransactionKey(one))
  expect(serverTransactionKey(one)).not.toBe(serverTransactionKey(other))
})

describe('the client transaction key (RFC 3261 §17.1.3)', () => {
  const response = (method: string, branch: string) =>
    read(
      `SIP/2.0 200 OK\r\nVia: SIP/2.0/WSS proxy.test;branch=${branch}\r\nVia: SIP/2.0/WSS a.invalid;branch=z9hG4bK77\r\n` +
        `From: <sip:a@b.test>;tag=1\r\nTo: <sip:a@b.test>;tag=2\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`,
    )

  it('is the top branch and the method of the CSeq, the same for a request and its response', () => {
    const sent = request({ via: 'SIP/2.0/WSS proxy.test;branch=z9hG4bKours' })
    expect(clientTransactionKey(response('INVITE', 'z9hG4bKours'))).toBe(clientTransactionKey(sent))
  })

  it('tells the response to a CANCEL from the response to its INVITE, and branches apart', () => {
    const ours = clientTransactionKey(response('INVITE', 'z9hG4bKours'))
    expect(clientTransactionKey(response('CANCEL', 'z9hG4bKours'))).not.toBe(ours)
    expect(clientTransactionKey(response('INVITE', 'z9hG4bKother'))).not.toBe(ours)
  })
})
