import { describe, expect, it } from 'vitest'
import { header, headerLines } from '../../../../src/sip/message/headers'
import { formatFlowToken, parseFlowToken } from '../../../../src/sip/transport/flow-token'
import { formatAddress, hostPort, type NetworkAddress, parseAddress } from '../../../../src/sip/transport/hop'
import { replyWay, withReceived } from '../../../../src/sip/transport/received'
import { formatSource, sourceIn, withoutSource } from '../../../../src/sip/transport/source'
import { srvOrder } from '../../../../src/sip/transport/srv-order'
import { foreignMac, mac } from '../../support/mac'
import { requestOf } from '../../support/messages'

const FOUR = { transport: 'UDP', address: '192.0.2.1', port: 5060 } as const
const SIX = { transport: 'TCP', address: '2001:db8::1', port: 5070 } as const

/** Heard on one socket of several. */
const BEHIND_NAT = { ...FOUR, socket: '203.0.113.5:5090' } as const
const LINK_LOCAL = { ...SIX, address: 'fe80::1%eth0', socket: '[2001:db8::5]:5060' } as const

describe('an address on the network', () => {
  it.each([FOUR, SIX, BEHIND_NAT, LINK_LOCAL])('%o reads as it is written', (address) => {
    expect(parseAddress(formatAddress(address))).toEqual(address)
  })

  it('has brackets around IPv6 only', () => {
    expect([hostPort(FOUR), hostPort(SIX)]).toEqual(['192.0.2.1:5060', '[2001:db8::1]:5070'])
  })

  it.each([
    '',
    'UDP',
    'SCTP:192.0.2.1:5060',
    'UDP:192.0.2.1',
    'UDP:2001:db8::1:5060',
    'UDP:192.0.2.1:99999',
    'UDP:192.0.2.1:5060/',
    'UDP:192.0.2.1:5060/x',
  ])('%j is none', (text) => expect(parseAddress(text)).toBeUndefined())
})

const from = (via: string, source = FOUR) => {
  const request = requestOf('OPTIONS')
  const lines = request.headers.map((h) => (h.key === 'via' ? { ...h, raw: `Via: ${via}`, valueAt: 4 } : h))
  return headerLines(withReceived({ ...request, headers: lines }, source), 'via')[0]
}

describe('RFC 3581 §4 the topmost Via', () => {
  it('gets received and rport where rport is asked for', () => {
    expect(from('SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;rport')).toBe(
      'SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;received=192.0.2.1;rport=5060',
    )
    expect(from('SIP/2.0/UDP 192.0.2.1:5062;rport;branch=z9hG4bKa')).toContain(';received=192.0.2.1;rport=5060')
  })

  it('RFC 3261 §18.2.1: gets received where the address differs, and nothing where it does not', () => {
    expect(from('SIP/2.0/UDP pc.example;branch=z9hG4bKa')).toBe(
      'SIP/2.0/UDP pc.example;branch=z9hG4bKa;received=192.0.2.1',
    )
    expect(from('SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKa')).toBe('SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKa')
  })

  it('F07 a received that the sender wrote himself is replaced, and those below stay', () => {
    expect(from('SIP/2.0/UDP 10.0.0.1;received=198.51.100.9;branch=z9hG4bKa, SIP/2.0/UDP b;branch=z9hG4bKb')).toBe(
      'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa;received=192.0.2.1, SIP/2.0/UDP b;branch=z9hG4bKb',
    )
    // Beside an honest sent-by too: it names whom our answers would hit.
    expect(from('SIP/2.0/UDP 192.0.2.1;received=198.51.100.9;branch=z9hG4bKa')).toBe(
      'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa;received=192.0.2.1',
    )
    expect(from('SIP/2.0/UDP 192.0.2.1;rport=9;branch=z9hG4bKa')).toContain(';received=192.0.2.1;rport=5060')
  })
})

describe('RFC 3261 §18.2.2 a response', () => {
  const way = (via: string, source: NetworkAddress) => {
    const request = requestOf('OPTIONS')
    const lines = request.headers.map((h) => (h.key === 'via' ? { ...h, raw: `Via: ${via}`, valueAt: 4 } : h))
    const { replyTo, orElse } = replyWay({ ...request, headers: lines }, source)
    return [formatAddress(replyTo), ...(orElse ? [formatAddress(orElse)] : [])]
  }
  const phone = { ...BEHIND_NAT, port: 40_000 } as const

  it.each([
    ['SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;rport', 'UDP:192.0.2.1:40000/203.0.113.5:5090'],
    ['SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa', 'UDP:192.0.2.1:5062/203.0.113.5:5090'],
    ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa', 'UDP:192.0.2.1:5060/203.0.113.5:5090'],
    ['SIP/2.0/UDP 10.0.0.1;maddr=198.51.100.9;branch=z9hG4bKa', 'UDP:192.0.2.1:5060/203.0.113.5:5090'],
    ['SIP/2.0/UDP 10.0.0.1;received=198.51.100.9;branch=z9hG4bKa', 'UDP:192.0.2.1:5060/203.0.113.5:5090'],
    ['nonsense', 'UDP:192.0.2.1:40000/203.0.113.5:5090'],
  ])('for %s goes to %s, never to whom the sender names', (via, expected) => {
    expect(way(via, phone)).toEqual([expected])
  })

  it('goes back on the connection of its request, else to the port of the Via', () => {
    expect(way('SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bKa;rport', { ...SIX, port: 40_000 })).toEqual([
      'TCP:[2001:db8::1]:40000',
      'TCP:[2001:db8::1]:5070',
    ])
    expect(way('SIP/2.0/TCP pc.example;branch=z9hG4bKa', { ...SIX, port: 40_000 })[1]).toBe('TCP:[2001:db8::1]:5060')
  })
})

describe('P01 the Path of a phone behind a gateway', () => {
  it.each([FOUR, SIX, BEHIND_NAT])('leads to %o, and nobody else can write one', (address) => {
    const token = formatFlowToken(address, mac)
    expect(token).toMatch(/^[\w.-]+$/)
    expect(parseFlowToken(token, mac)).toEqual(address)
    expect(parseFlowToken(token, foreignMac)).toBeUndefined()
    expect(parseFlowToken(`${token}x`, mac)).toBeUndefined()
    expect(parseFlowToken(token.replace('p.', 'p.00'), mac)).toBeUndefined()
  })

  it.each(['', 'p', 'p.', 'alice', 'p.zz.mac'])('%j is none', (user) =>
    expect(parseFlowToken(user, mac)).toBeUndefined(),
  )
})

describe('F07 where a request says to come from', () => {
  const claiming = (...lines: string[]) => {
    const request = requestOf('INVITE')
    const own = lines.map((raw) => ({ key: 'strowger-source', raw, valueAt: raw.indexOf(':') + 1 }))
    return { ...request, headers: [...request.headers, ...own] }
  }

  it('is read as the gateway wrote it', () => {
    for (const source of [FOUR, { ...SIX, trunk: 'one' }]) {
      const request = claiming(`Strowger-Source: ${formatSource(source)}`)
      expect(sourceIn(request, 'g1')).toEqual({ ...source, gateway: 'g1' })
    }
  })

  it.each([
    [[]],
    [['Strowger-Source: WSS;address="192.0.2.1";port=1']],
    [['Strowger-Source: UDP;port=1']],
    [['Strowger-Source: UDP;address="192.0.2.1";port=x']],
    [['Strowger-Source: UDP;address="192.0.2.1";port=1', 'Strowger-Source: UDP;address="192.0.2.2";port=1']],
  ])('%j is none', (lines) => expect(sourceIn(claiming(...lines), 'g1')).toBeUndefined())

  it('is taken out of what goes on', () => {
    expect(header(withoutSource(claiming('strowger-SOURCE: UDP;address="1.2.3.4"')), 'strowger-source')).toBeUndefined()
    const clean = requestOf('INVITE')
    expect(withoutSource(clean)).toBe(clean)
  })
})

describe('RFC 2782 SRV records', () => {
  const record = (name: string, priority: number, weight: number) => ({ name, port: 5060, priority, weight })

  it('are tried by priority, and drawn by weight inside one', () => {
    const records = [record('backup', 20, 0), record('small', 10, 1), record('big', 10, 9)]
    expect(srvOrder(records, () => 0.99).map((r) => r.name)).toEqual(['big', 'small', 'backup'])
    let draws = 0
    let first = 0
    const random = () => (draws++ * 0.618_033_9) % 1
    for (let i = 0; i < 2_000; i++) if (srvOrder(records, random)[0]?.name === 'big') first++
    expect(first / 2_000).toBeGreaterThan(0.8)
  })

  it('are all there, each once', () => {
    const records = Array.from({ length: 8 }, (_, i) => record(`r${i}`, i % 3, i % 2))
    expect(new Set(srvOrder(records, Math.random)).size).toBe(8)
  })
})
