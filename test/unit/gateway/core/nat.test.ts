import { describe, expect, it } from 'vitest'
import { isBehindNat, leadsTo } from '../../../../src/gateway/core/nat'
import type { NetworkAddress } from '../../../../src/sip/transport/hop'

const at = (address: string, port = 5060, transport: 'UDP' | 'TCP' = 'UDP'): NetworkAddress => ({
  transport,
  address,
  port,
})

describe('a Contact', () => {
  it.each([
    ['sip:desk@198.51.100.7', at('198.51.100.7')],
    ['sip:desk@198.51.100.7:5070;transport=UDP', at('198.51.100.7', 5070)],
    ['sip:desk@[2001:DB8::7]:5062', at('2001:db8::7', 5062)],
  ])('%s leads to its phone', (uri, source) => expect(leadsTo(uri, source)).toBe(true))

  it.each([
    ['sip:desk@198.51.100.7', at('198.51.100.7', 34_567)],
    ['sip:desk@192.168.1.7', at('198.51.100.7')],
    ['sip:desk@phone.example', at('198.51.100.7')],
    // Its connection came from another port, and there may be no way back but that.
    ['sip:desk@198.51.100.7;transport=tcp', at('198.51.100.7', 5060, 'TCP')],
    ['sip:desk@198.51.100.7;transport=tcp', at('198.51.100.7')],
    ['tel:+4930123', at('198.51.100.7')],
  ])('%s does not lead to %j', (uri, source) => expect(leadsTo(uri, source)).toBe(false))

  it.each([
    ['sip:desk@192.168.1.7:5060', '198.51.100.7', true],
    ['sip:desk@[fd00::7]', '2001:db8::7', true],
    ['sip:desk@100.64.0.7', '198.51.100.7', true],
    // A carrier's other machine, and networks without a NAT in between.
    ['sip:desk@198.51.100.9', '198.51.100.7', false],
    ['sip:desk@10.0.0.9', '10.0.0.7', false],
    ['sip:desk@phone.example', '198.51.100.7', false],
  ])('RFC 3581 §1 %s from %s is behind a NAT: %s', (uri, source, expected) =>
    expect(isBehindNat(uri, at(source))).toBe(expected),
  )
})
