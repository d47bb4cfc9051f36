import { describe, expect, it } from 'vitest'
import { prependHeader } from '../../../../src/sip/message/edit'
import { header, headerValues } from '../../../../src/sip/message/headers'
import { makeResponse } from '../../../../src/sip/message/respond'
import { readFrame, roleOf, routeResponse } from '../../../../src/sip/outbound/receive'
import { assign, remember } from '../../../../src/sip/outbound/received-invites'
import { type BranchToken, flowPeer, formatBranchToken, instancePeer } from '../../../../src/sip/outbound/tokens'
import { forwardDigest } from '../../../../src/sip/proxy/in-dialog'
import { serverTransactionKey } from '../../../../src/sip/transaction/key'
import { START_MS } from '../../support/call'
import { FLOW, flowOf, INSTANCE, registrationOf } from '../../support/flow'
import { mac } from '../../support/mac'
import { requestOf, wire } from '../../support/messages'

const frame = (text: string, binary = false) => readFrame({ text, binary }, () => 'ourtag')
const invite = wire(requestOf('INVITE'))
const ok = wire(makeResponse(requestOf('INVITE'), 200, { toTag: 't' }))

describe('a frame', () => {
  it('is a request', () => {
    expect(frame(invite)).toMatchObject({ type: 'request', callId: 'call-1', request: { method: 'INVITE' } })
  })

  it('RFC 7118 §5: is a request in a binary frame too', () => {
    expect(frame(invite, true)).toMatchObject({ type: 'request', request: { binary: true } })
  })

  it('is a response', () => {
    expect(frame(ok)).toMatchObject({ type: 'response', callId: 'call-1', response: { status: 200 } })
  })

  it('P12 is a ping, or a pong that is ignored', () => {
    expect(frame('\r\n\r\n')).toEqual({ type: 'ping' })
    expect(frame('\r\n')).toEqual({ type: 'ignored', why: 'keep-alive' })
  })

  it.each(['hello', 'GET / HTTP/1.1\r\n\r\n', '\u0000\u0001', 'SIP/2.0 abc\r\n\r\n', '{"json": true}'])(
    'G03 that is no SIP (%j) is ignored with a reason',
    (text) => {
      expect(frame(text)).toMatchObject({ type: 'ignored', why: expect.stringMatching(/\S/) })
    },
  )

  it.each([
    ['Via', 'Via: nonsense', 'Bad Request - Malformed Via Header'],
    ['CSeq method', 'CSeq: 1 BYE', 'Bad Request - CSeq Method Does Not Match'],
    ['Max-Forwards', 'Max-Forwards: 300', 'Bad Request - Malformed Max-Forwards Header'],
    ['Content-Length', 'Content-Length: 10', 'Bad Request - Content-Length Exceeds Body'],
  ])('G11 with a bad %s is answered 400 that names the fault', (_, line, reason) => {
    const name = line.slice(0, line.indexOf(':'))
    const incoming = frame(invite.replace(new RegExp(`^${name}:.*$`, 'm'), line))
    expect(incoming).toMatchObject({ type: 'refused', response: { status: 400, reason } })
    if (incoming.type === 'refused') expect(header(incoming.response, 'to')).toBe('<sip:bob@example.test>;tag=ourtag')
  })

  it('G11 that is too large is answered 513, of another version 505', () => {
    const large = `${invite}${'x'.repeat(70_000)}`
    expect(frame(large)).toMatchObject({ type: 'refused', response: { status: 513 } })
    expect(frame(invite.replace('SIP/2.0', 'SIP/7.0'))).toMatchObject({ type: 'refused', response: { status: 505 } })
  })

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('G11 without %s cannot be answered and is ignored', (name) => {
    const without = invite.replace(new RegExp(`^${name}:.*\r\n`, 'm'), '')
    expect(frame(without)).toMatchObject({ type: 'ignored', why: `Missing ${name} Header` })
  })

  it('D11 a broken ACK is never answered', () => {
    expect(frame(wire(requestOf('ACK')).replace('CSeq: 1 ACK', 'CSeq: 1 BYE'))).toMatchObject({ type: 'ignored' })
  })

  it('RFC 3261 §18.1.2: a broken response is ignored', () => {
    expect(frame(ok.replace(/^CSeq:.*\r\n/m, ''))).toEqual({ type: 'ignored', why: 'Missing CSeq Header' })
    expect(frame(ok.replace('Content-Length: 0', 'Content-Length: 5'))).toMatchObject({ type: 'ignored' })
  })
})

describe('the role of a request', () => {
  const first = requestOf('INVITE')
  const known = assign(
    remember(flowOf(), serverTransactionKey(first), START_MS),
    serverTransactionKey(first),
    'OA.ta~1',
  )

  it('is new, or a retransmission of what is remembered', () => {
    expect(roleOf(first, flowOf())).toEqual({ type: 'new', key: serverTransactionKey(first) })
    expect(roleOf(first, known)).toMatchObject({ type: 'retransmission', invite: { transaction: 'OA.ta~1' } })
    expect(roleOf(requestOf('OPTIONS'), known).type).toBe('new')
  })

  it('P24 D08 the same branch of another phone is another transaction', () => {
    const elsewhere = flowOf({ address: 'OX.tx' })
    expect(roleOf(first, elsewhere).type).toBe('new')
    expect(roleOf(requestOf('CANCEL'), elsewhere)).toEqual({ type: 'cancel' })
  })

  it('D03 a CANCEL finds its INVITE by branch', () => {
    expect(roleOf(requestOf('CANCEL'), known)).toMatchObject({ type: 'cancel', invite: { transaction: 'OA.ta~1' } })
  })

  it('D04 a CANCEL that matches no INVITE has none', () => {
    expect(roleOf(requestOf('CANCEL', { branch: 'z9hG4bKother' }), known)).toEqual({ type: 'cancel' })
  })

  it('D10 an ACK is an ACK, whatever its branch; in the transaction of its INVITE it knows that', () => {
    expect(roleOf(requestOf('ACK', { branch: 'z9hG4bKown' }), known)).toEqual({ type: 'ack' })
    expect(roleOf(requestOf('ACK'), known)).toEqual({ type: 'ack', invite: known.received[0] })
  })
})

describe('the way of a response', () => {
  const responseOn = (token: BranchToken, peer: string, method = 'INVITE') => {
    const via = `SIP/2.0/WSS edge.example.test;branch=${formatBranchToken(token, peer, mac)}`
    return makeResponse(prependHeader(requestOf(method), 'Via', via), 200, { toTag: 't' })
  }
  const transaction = { kind: 'transaction', transaction: 'OA.ta~1', branch: 1, loop: 'l' } as const
  const forwarded = { kind: 'forwarded', flow: 'OA.ta', digest: forwardDigest(requestOf('BYE'), mac) } as const
  const route = (response: ReturnType<typeof responseOn>, state = flowOf()) => routeResponse(response, state, mac)

  it('is its transaction, named by our branch', () => {
    const response = responseOn(transaction, flowPeer(FLOW))
    expect(route(response)).toEqual({ type: 'transaction', transaction: 'OA.ta~1', branch: 1 })
  })

  it('B11 a phone that is back on a new socket answers for its instance', () => {
    const response = responseOn(transaction, instancePeer('bob@example.test', INSTANCE))
    const back = flowOf({ address: 'new.flow', registrations: [registrationOf()] })
    expect(route(response, back)).toMatchObject({ type: 'transaction' })
    expect(route(response, flowOf({ address: 'new.flow' }))).toEqual({ type: 'unknown' })
  })

  it('is back to the flow of a forwarded request, without our Via', () => {
    const found = route(responseOn(forwarded, flowPeer(FLOW), 'BYE'))
    expect(found).toMatchObject({ type: 'flow', flow: 'OA.ta' })
    if (found.type !== 'flow') throw new Error('not forwarded')
    expect(headerValues(found.response, 'via')).toEqual(['SIP/2.0/WSS a1b2c3.invalid;branch=z9hG4bK776asdhds'])
  })

  it('ends here for the answer to a CANCEL of ours', () => {
    expect(route(responseOn(transaction, flowPeer(FLOW), 'CANCEL'))).toEqual({ type: 'absorbed' })
  })

  it('M12 to a NOTIFY of ours is the notifier of the watched address', () => {
    const token = { kind: 'notification', aor: 'bob@example.test', subscription: 's1', cSeq: 2 } as const
    const found = { type: 'notifier', aor: 'bob@example.test', subscription: 's1' }
    expect(route(responseOn(token, flowPeer(FLOW), 'NOTIFY'))).toEqual(found)
    expect(route(responseOn(token, flowPeer('OX.tx'), 'NOTIFY'))).toEqual({ type: 'unknown' })
  })

  it('of a CANCEL inside a dialog goes on to who sent it', () => {
    expect(route(responseOn(forwarded, flowPeer(FLOW), 'CANCEL'))).toMatchObject({ type: 'flow', flow: 'OA.ta' })
  })

  it('is none for a response that answers another request than the one that was forwarded', () => {
    const other = { ...forwarded, digest: forwardDigest(requestOf('BYE', { branch: 'z9hG4bKx' }), mac) }
    expect(route(responseOn(other, flowPeer(FLOW), 'BYE'))).toEqual({ type: 'unknown' })
  })

  it('RFC 6026 §7.3: a response that nobody asked this phone for is dropped', () => {
    expect(route(responseOn(transaction, flowPeer('OX.tx')))).toEqual({ type: 'unknown' })
    expect(route(makeResponse(requestOf('INVITE'), 200))).toEqual({ type: 'unknown' })
  })

  it('P24 a branch that collides on two flows is two branches', () => {
    const here = responseOn(transaction, flowPeer(FLOW))
    expect(route(here, flowOf({ address: 'OX.tx' }))).toEqual({ type: 'unknown' })
  })
})
