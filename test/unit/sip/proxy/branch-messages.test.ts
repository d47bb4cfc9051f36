import { describe, expect, it } from 'vitest'
import { header, headerLines, headerValues } from '../../../../src/sip/message/headers'
import type { Request } from '../../../../src/sip/message/message'
import { tagOf } from '../../../../src/sip/message/name-address'
import { parse } from '../../../../src/sip/message/parse'
import { validateRequest } from '../../../../src/sip/message/validate'
import { branchOf, topVia, topViaText } from '../../../../src/sip/message/via'
import {
  dialogMac,
  flowPeer,
  instancePeer,
  parseBranchToken,
  parseDialogToken,
} from '../../../../src/sip/outbound/tokens'
import { branchAck, branchCancel, branchRequest } from '../../../../src/sip/proxy/branch-messages'
import { newCall, phone } from '../../support/call'
import { mac } from '../../support/mac'
import { readRequest, requestOf, wire } from '../../support/messages'

const PATHS = ['<sip:outer@edge1.example.test;lr>', '<sip:inner@edge2.example.test;lr;ob>']
const context = (request: Request, ...targets: ReturnType<typeof phone>[]) => {
  const call = newCall([targets.length === 0 ? [phone('b'), phone('c')] : targets], { request })
  const branches = (call.groups[0] ?? []).map((target) => ({
    target,
    client: { machine: 'client-invite', reliable: true, state: 'calling' } as const,
    breadth: 60,
    provisional: false,
  }))
  return { ...call, groups: [], branches }
}
const invite = requestOf('INVITE', {
  cSeq: 4711,
  lines: ['Route: <sip:next.example.test;lr>', 'Contact: <sip:alice@a.invalid;transport=ws>', 'X-Mine:  two  blanks'],
})

const branchIn = (request: Request) => {
  const via = topVia(request)
  return (via && branchOf(via)) ?? ''
}

/** RFC 3261 §24.2 F1, as Alice sends it. */
const RFC3261_INVITE = [
  'INVITE sip:bob@biloxi.com SIP/2.0',
  'Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8',
  'Max-Forwards: 70',
  'To: Bob <sip:bob@biloxi.com>',
  'From: Alice <sip:alice@atlanta.com>;tag=1928301774',
  'Call-ID: a84b4c76e66710',
  'CSeq: 314159 INVITE',
  'Contact: <sip:alice@pc33.atlanta.com>',
  'Content-Type: application/sdp',
  'Content-Length: 128',
  '',
  'v=0\r\no=alice 2890844526 2890844526 IN IP4 pc33.atlanta.com\r\ns=-\r\n' +
    'c=IN IP4 pc33.atlanta.com\r\nt=0 0\r\nm=audio 49172 RTP/AVP 0\r\n',
].join('\r\n')

describe('the request of a branch', () => {
  it('C16 keeps every line and the body of the INVITE of RFC 3261 §24.2 that no step of §16.6 names', () => {
    const text = RFC3261_INVITE.replace(
      'Content-Length: 128',
      `Content-Length: ${RFC3261_INVITE.split('\r\n\r\n')[1]?.length}`,
    )
    const sent = wire(branchRequest(context(readRequest(text)), 0, mac)).split('\r\n')
    const received = text.split('\r\n')
    const added = sent.filter((line) => !received.includes(line))
    expect(added.map((line) => line.split(/[ :]/)[0])).toEqual(['INVITE', 'Via', 'Record-Route', 'Max-Forwards'])
    expect(sent.filter((line) => received.includes(line))).toEqual(
      received.filter((line) => !line.startsWith('INVITE') && !line.startsWith('Max-Forwards')),
    )
    expect(sent.join('\r\n').split('\r\n\r\n')[1]).toBe(text.split('\r\n\r\n')[1])
  })

  it('keeps blanks, folding, compact forms and the order of unknown headers byte for byte', () => {
    const lines = ['x-A:\t1', 'X-a : 2', 's: folded\r\n  subject', 'k: timer,100rel', 'X-UTF: Grüße']
    const sent = branchRequest(context(requestOf('INVITE', { lines })), 0, mac)
    expect(sent.headers.map((h) => h.raw).filter((raw) => lines.includes(raw))).toEqual(lines)
  })

  it('B15 C02 has the registered Contact URI, byte for byte, as Request-URI', () => {
    const uri = 'sip:i3lRq7mK@tF0bhk9.INVALID:50017;transport=ws;ob;+sip.ice;x-%41=b'
    expect(branchRequest(context(invite, phone('b', { uri })), 0, mac).uri).toBe(uri)
  })

  it('C03 has one more Via with a branch of its own, and one hop less', () => {
    const sent = [0, 1].map((i) => branchRequest(context(invite), i, mac))
    for (const request of sent) {
      expect(headerValues(request, 'via')).toHaveLength(2)
      expect(header(request, 'max-forwards')).toBe('69')
      expect(validateRequest(request)).toBeUndefined()
    }
    expect(new Set(sent.map(topViaText)).size).toBe(2)
  })

  it('names its transaction and branch to the instance it was sent to, and to nobody else', () => {
    const branch = branchIn(branchRequest(context(invite), 1, mac))
    const read = (peer: string) => parseBranchToken(branch, [peer], mac)
    expect(read(instancePeer('bob@example.test', '<urn:uuid:c>'))).toMatchObject({
      kind: 'transaction',
      transaction: 'object-a.tag-a~0123456789',
      branch: 1,
    })
    expect(read(instancePeer('bob@example.test', '<urn:uuid:b>'))).toBeUndefined()
    expect(read(flowPeer('object-c.tag-c'))).toBeUndefined()
  })

  it('names them to the flow when the phone has no instance', () => {
    const { binding: _, ...plain } = phone('b')
    const branch = branchIn(branchRequest(context(invite, plain), 0, mac))
    expect(parseBranchToken(branch, [flowPeer(plain.flow)], mac)).toMatchObject({ branch: 0 })
  })

  it.each(['INVITE', 'SUBSCRIBE', 'REFER'])('C15 %s has a Record-Route with both flows', (method) => {
    const sent = branchRequest(context(requestOf(method)), 0, mac)
    const [route] = headerValues(sent, 'record-route')
    expect(route).toMatch(/^<sip:d\.[^@]+@edge\.example\.test;transport=ws;lr>$/)
    expect(parseDialogToken(route?.slice(5, route.indexOf('@')) ?? '', dialogMac(mac, 'call-1', 'from1'))).toEqual({
      transaction: 'object-a.tag-a~0123456789',
      caller: 'object-a.tag-a',
      callee: 'object-b.tag-b',
    })
  })

  it.each(['MESSAGE', 'OPTIONS', 'INFO', 'FOO'])('%s has no Record-Route', (method) => {
    expect(headerLines(branchRequest(context(requestOf(method)), 0, mac), 'record-route')).toEqual([])
  })

  it('puts its Record-Route above the ones of earlier proxies', () => {
    const earlier = requestOf('INVITE', { lines: ['Record-Route: <sip:p1.example.test;lr>'] })
    expect(headerValues(branchRequest(context(earlier), 0, mac), 'record-route')[1]).toBe('<sip:p1.example.test;lr>')
  })

  it('P01 has the Path of the binding as Route, outermost first, above the Route that was left', () => {
    const sent = branchRequest(context(invite, phone('b', { path: PATHS })), 0, mac)
    expect(headerValues(sent, 'route')).toEqual([...PATHS, '<sip:next.example.test;lr>'])
  })
})

it('H14 each target sees what it may of an asserted identity: a trunk all of it, a phone by the caller and by policy', () => {
  const asserted = (...lines: string[]) =>
    requestOf('INVITE', { lines: ['P-Asserted-Identity: <sip:alice@example.test>', ...lines] })
  const seen = (request: Request, withheld?: true) => {
    const call = context(request, phone('b'), phone('t', { trusted: true }))
    const one = withheld ? { ...call, withholdsIdentity: withheld } : call
    return [0, 1].map((i) => headerLines(branchRequest(one, i, mac), 'p-asserted-identity').length)
  }
  expect(seen(asserted())).toEqual([1, 1])
  expect(seen(asserted('Privacy: id'))).toEqual([0, 1])
  expect(seen(asserted(), true)).toEqual([0, 1])
})

describe('the CANCEL of a branch', () => {
  const c = context(invite, phone('b', { path: PATHS }), phone('c'))
  const sent = branchRequest(c, 0, mac)
  const cancel = branchCancel(c, 0, undefined, mac)

  it('D03 has the Via, Request-URI, Route, Call-ID, From, To and CSeq number of its INVITE', () => {
    expect(cancel.method).toBe('CANCEL')
    expect(cancel.uri).toBe(sent.uri)
    expect(headerLines(cancel, 'via')).toEqual([topViaText(sent)])
    for (const key of ['route', 'call-id', 'from', 'to'])
      expect(headerLines(cancel, key)).toEqual(headerLines(sent, key))
    expect(header(cancel, 'cseq')).toBe('4711 CANCEL')
    expect(validateRequest(cancel)).toBeUndefined()
  })

  it('has nothing else of it: no body, Contact, Record-Route', () => {
    expect(cancel.body).toBe('')
    for (const key of ['contact', 'record-route', 'content-type']) expect(headerLines(cancel, key)).toEqual([])
    expect(header(cancel, 'content-length')).toBe('0')
  })

  it('has a Reason only when there is one', () => {
    expect(headerLines(cancel, 'reason')).toEqual([])
    expect(headerLines(branchCancel(c, 0, 'SIP;cause=200', mac), 'reason')).toEqual(['SIP;cause=200'])
  })

  it('of another branch is about another INVITE', () => {
    expect(topViaText(branchCancel(c, 1, undefined, mac))).toBe(topViaText(branchRequest(c, 1, mac)))
    expect(topViaText(branchCancel(c, 1, undefined, mac))).not.toBe(topViaText(cancel))
  })
})

describe('the ACK of a branch', () => {
  it('RFC 3261 §17.1.1.3: has the Via of its INVITE, and the To of the response', () => {
    const c = context(invite, phone('b', { path: PATHS }))
    const sent = branchRequest(c, 0, mac)
    const ack = branchAck(c, 0, '<sip:bob@example.test>;tag=busy', mac)
    expect([ack.method, ack.uri, header(ack, 'cseq')]).toEqual(['ACK', sent.uri, '4711 ACK'])
    expect(headerLines(ack, 'via')).toEqual([topViaText(sent)])
    expect(headerLines(ack, 'to')).toEqual(['<sip:bob@example.test>;tag=busy'])
    expect(tagOf(header(ack, 'from'))).toBe('from1')
    expect(headerValues(ack, 'route')).toEqual(headerValues(sent, 'route'))
    expect(validateRequest(ack)).toBeUndefined()
  })

  it('has one To even when the INVITE wrote it in compact form', () => {
    const compact = readRequest(wire(invite).replace('\r\nTo:', '\r\nt:'))
    expect(headerLines(branchAck(context(compact), 0, '<sip:x@y>;tag=1', mac), 'to')).toEqual(['<sip:x@y>;tag=1'])
  })
})

it('a request of bytes that are no UTF-8 goes out as those bytes', () => {
  const text = wire(requestOf('INVITE', { lines: ['Subject: caf\u00e9'] }))
  const parsed = parse(text, true)
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('not a request')
  const sent = branchRequest(context(parsed.message), 0, mac)
  expect(sent.binary).toBe(true)
  expect(headerLines(sent, 'subject')).toEqual(['caf\u00e9'])
})

it('a branch that is not there is a mistake of ours', () => {
  expect(() => branchRequest(context(invite), 5, mac)).toThrow('no branch 5')
})
