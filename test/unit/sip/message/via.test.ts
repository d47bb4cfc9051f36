import { describe, expect, it } from 'vitest'
import { branchOf, parseVia, sentBy, topVia, topViaText } from '../../../../src/sip/message/via'
import { options, read, text } from './reading'

describe('Via (RFC 3261 §20.42)', () => {
  it.each([
    ['SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56', { transport: 'WSS', host: 'df7jal23ls0d.invalid' }],
    ['SIP / 2.0 / tcp first.example.com: 4000;ttl=16 ; maddr=224.2.0.1', { transport: 'TCP', port: 4000 }],
    ['sip/2.0/UDP [2001:db8::9:1]:6050;branch=x', { host: '[2001:db8::9:1]', port: 6050 }],
    ['SIP/2.0/UNKNOWN a_b.example', { transport: 'UNKNOWN', host: 'a_b.example', parameters: [] }],
    ['SIP/2.0/UDP host : 5060 ;rport', { host: 'host', port: 5060, parameters: [{ name: 'rport' }] }],
  ])('reads %s', (line, via) => {
    expect(parseVia(line)).toMatchObject(via)
  })

  it.each([
    '',
    'SIP/2.0/UDP',
    'SIP/7.0/UDP host',
    'SIP/2.0 host',
    'SIP/2.0/UDP host;;',
    'SIP/2.0/UDP host:',
    'SIP/2.0/UDP host:70000',
    'SIP/2.0/UDP host x',
    'SIP/2.0/UDP 2001:db8::1',
    'SIP/2.0/UDP host;a="b',
  ])('refuses %j', (line) => {
    expect(parseVia(line)).toBeUndefined()
  })

  it('has a branch, or none as in RFC 2543, and a sent-by', () => {
    const via = parseVia('SIP/2.0/UDP Host.Example:5060;BRANCH=z9hG4bK1')
    expect(via && branchOf(via)).toBe('z9hG4bK1')
    expect(via && sentBy(via)).toBe('host.example:5060')
    const old = parseVia('SIP/2.0/UDP Host.Example')
    expect(old && branchOf(old)).toBeUndefined()
    expect(old && sentBy(old)).toBe('host.example')
  })

  it('is topmost where it comes first, in a list or on a line of its own', () => {
    const message = read(text(['SIP/2.0 200 OK', 'v: SIP/2.0/TCP a;x="1,2", SIP/2.0/UDP b', 'Via: SIP/2.0/UDP c']))
    expect(topViaText(message)).toBe('SIP/2.0/TCP a;x="1,2"')
    expect(topVia(message)?.host).toBe('a')
    expect(topVia(read(options()))?.transport).toBe('WSS')
    expect(topVia(read(text(['SIP/2.0 200 OK', 'Via: nonsense'])))).toBeUndefined()
    expect(topVia(read(text(['SIP/2.0 200 OK'])))).toBeUndefined()
  })
})
