import { describe, expect, it } from 'vitest'
import { header, headerLines, headerValues } from '../../../../src/sip/message/headers'
import type { Request } from '../../../../src/sip/message/message'
import { parseNameAddress } from '../../../../src/sip/message/name-address'
import { parseUri } from '../../../../src/sip/message/uri'
import { branchOf, topVia } from '../../../../src/sip/message/via'
import { dialogMac, flowPeer, parseBranchToken, parseDialogToken } from '../../../../src/sip/outbound/tokens'
import { forwardWithoutState, type StatelessWay } from '../../../../src/sip/proxy/stateless'
import { mac } from '../../support/mac'
import { type RequestFacts, requestOf, wire } from '../../support/messages'

const WAY: StatelessWay = { uri: 'sip:bob@b.invalid;transport=ws', flow: 'OB.tb', path: ['<sip:edge.test;lr>'] }
const ORIGIN = { from: 'OA.ta', transport: 'WSS', host: 'edge.example.test' } as const
const sent = (method: string, facts: RequestFacts = {}, way = WAY): Request =>
  forwardWithoutState(requestOf(method, facts), way, ORIGIN, mac)
const branch = (request: Request): string => {
  const via = topVia(request)
  return (via && branchOf(via)) ?? ''
}

describe('RFC 3261 §16.11 a request outside of a dialog without state', () => {
  it('M01 the same request is the same message again', () => {
    expect(wire(sent('INVITE'))).toBe(wire(sent('INVITE')))
  })

  it.each<[string, RequestFacts]>([
    ['branch', { branch: 'z9hG4bKother' }],
    ['Call-ID', { callId: 'call-2' }],
    ['CSeq number', { cSeq: 2 }],
  ])('M01 another %s is another branch', (_, facts) => {
    expect(branch(sent('INVITE', facts))).not.toBe(branch(sent('INVITE')))
  })

  it.each(['CANCEL', 'ACK'])(
    'M01 %s has the branch, Request-URI and Route of its INVITE, and records no route',
    (method) => {
      const invite = sent('INVITE')
      const later = sent(method, { lines: ['Route: <sip:elsewhere.test;lr>'] })
      expect([branch(later), later.uri]).toEqual([branch(invite), invite.uri])
      expect(headerLines(later, 'route')).toEqual(headerLines(invite, 'route'))
      expect(headerLines(later, 'record-route')).toEqual([])
    },
  )

  it('M02 our Via comes on top of those that were there, the Request-URI is that of the target, a hop is lost', () => {
    const request = sent('MESSAGE', { lines: ['Via: SIP/2.0/UDP first.test;branch=z9hG4bK1'] })
    expect(headerValues(request, 'via').map((via) => via.split(';')[0])).toEqual([
      'SIP/2.0/WSS edge.example.test',
      'SIP/2.0/WSS a1b2c3.invalid',
      'SIP/2.0/UDP first.test',
    ])
    expect([request.uri, header(request, 'max-forwards')]).toEqual([WAY.uri, '69'])
    expect(headerValues(request, 'record-route')).toEqual([])
  })

  it('M04 the branch says whose socket the answer goes to, and counts only from the phone it went to', () => {
    const token = (flow: string) => parseBranchToken(branch(sent('INVITE')), [flowPeer(flow)], mac)
    expect(token('OB.tb')).toMatchObject({ kind: 'forwarded', flow: 'OA.ta' })
    expect(token('OC.tc')).toBeUndefined()
  })

  it('an INVITE records a route for its dialog, good for this dialog only', () => {
    const [own = '', ...more] = headerValues(sent('INVITE'), 'record-route')
    const user = parseUri(parseNameAddress(own)?.uri ?? '')?.user ?? ''
    expect(more).toEqual([])
    expect(parseDialogToken(user, dialogMac(mac, 'call-1', 'from1'))).toMatchObject({
      caller: 'OA.ta',
      callee: 'OB.tb',
    })
    expect(parseDialogToken(user, dialogMac(mac, 'call-2', 'from1'))).toBe('forged')
  })

  it('H14 a phone sees an asserted identity as far as the caller and the script allow, who is trusted always', () => {
    const lines = ['P-Asserted-Identity: <sip:alice@example.test>']
    const seen = (more: string[], way: Partial<StatelessWay> = {}) =>
      headerValues(sent('INVITE', { lines: [...lines, ...more] }, { ...WAY, ...way }), 'p-asserted-identity').length
    expect([seen([]), seen(['Privacy: id']), seen(['Privacy: id'], { trusted: true })]).toEqual([1, 0, 1])
    expect([seen([], { withholdsIdentity: true }), seen(['Privacy: none'], { withholdsIdentity: true })]).toEqual([
      0, 1,
    ])
  })

  it.each(['CANCEL', 'ACK'])(
    'G13 %s, which the script does not see, says who it is about and nothing else',
    (method) => {
      const lines = ['P-Asserted-Identity: <sip:boss@example.test>', 'User-Agent: x', 'Reason: SIP;cause=487', 'X-A: b']
      const later = sent(method, { lines: [...lines, 'Content-Type: text/plain'], body: 'hello' })
      const names = new Set(later.headers.map(({ key }) => key))
      expect([...names].toSorted()).toEqual([
        'call-id',
        'content-length',
        'cseq',
        'from',
        'max-forwards',
        'reason',
        'route',
        'to',
        'via',
      ])
      expect([later.body, header(later, 'content-length')]).toEqual(['', '0'])
    },
  )

  it('N02 a caller with another name has it in INVITE, CANCEL and ACK, and in the token of the dialog', () => {
    const replaced = { uri: 'sip:reception@example.test', display: 'Reception' }
    const way = { ...WAY, replacement: { original: { uri: 'sip:alice@example.test' }, replaced } }
    for (const method of ['INVITE', 'CANCEL', 'ACK'])
      expect(header(sent(method, {}, way), 'from')).toBe('"Reception" <sip:reception@example.test>;tag=from1')
    const user = parseUri(
      parseNameAddress(headerValues(sent('INVITE', {}, way), 'record-route')[0] ?? '')?.uri ?? '',
    )?.user
    expect(parseDialogToken(user ?? '', dialogMac(mac, 'call-1', 'from1'))).toMatchObject({ replacement: { replaced } })
  })
})
