import { describe, expect, it } from 'vitest'
import type { Dns } from '../../../src/gateway/resolve/dns'
import { resolve } from '../../../src/gateway/resolve/resolve'
import { parseUri } from '../../../src/sip/message/uri'
import { formatAddress } from '../../../src/sip/transport/hop'

const asked: string[] = []
const dns: Dns = {
  naptr: async (name) => {
    asked.push(`NAPTR ${name}`)
    return name === 'naptr.example' ? [{ service: 'SIP+D2T', replacement: '_sip._tcp.srv.example' }] : []
  },
  srv: async (name) => {
    asked.push(`SRV ${name}`)
    if (name === '_sip._udp.srv.example') return [{ name: 'a.example', port: 5080, priority: 1, weight: 1 }]
    if (name === '_sip._tcp.srv.example') return [{ name: 'b.example', port: 5090, priority: 1, weight: 1 }]
    return []
  },
  addresses: async (name) => {
    asked.push(`A ${name}`)
    const known: Record<string, string[]> = {
      'a.example': ['192.0.2.1', '192.0.2.2'],
      'b.example': ['2001:db8::1'],
      'plain.example': ['192.0.2.9'],
    }
    return known[name] ?? []
  },
}
const find = async (text: string) => {
  asked.length = 0
  const uri = parseUri(text)
  if (!uri) throw new Error(text)
  return (await resolve(uri, dns, () => 0)).map(formatAddress)
}

describe('RFC 3263 §4', () => {
  it.each([
    ['sip:192.0.2.7', ['UDP:192.0.2.7:5060']],
    ['sip:192.0.2.7:5070;transport=tcp', ['TCP:192.0.2.7:5070']],
    ['sip:[2001:db8::7]', ['UDP:[2001:db8::7]:5060']],
    ['sip:plain.example:5070', ['UDP:192.0.2.9:5070']],
    ['sip:srv.example', ['UDP:192.0.2.1:5080', 'UDP:192.0.2.2:5080']],
    ['sip:srv.example;transport=tcp', ['TCP:[2001:db8::1]:5090']],
    ['sip:naptr.example', ['TCP:[2001:db8::1]:5090']],
    ['sip:plain.example', ['UDP:192.0.2.9:5060']],
    ['sip:plain.example;transport=tcp', ['TCP:192.0.2.9:5060']],
    ['sip:nobody.example', []],
    ['sip:192.0.2.7;transport=sctp', []],
    ['sips:192.0.2.7', []],
  ])('%s is %j', async (uri, expected) => expect(await find(uri)).toEqual(expected))

  it('§4.2 a port asks for no SRV, a number for nothing, a transport for no NAPTR', async () => {
    await find('sip:plain.example:5070')
    expect(asked).toEqual(['A plain.example'])
    await find('sip:192.0.2.7')
    expect(asked).toEqual([])
    await find('sip:srv.example;transport=udp')
    expect(asked).toEqual(['SRV _sip._udp.srv.example', 'A a.example'])
  })

  it('a DNS that does not answer is an error, and no empty list', async () => {
    const broken: Dns = { ...dns, addresses: () => Promise.reject(new Error('timeout')) }
    const uri = parseUri('sip:plain.example:5060')
    await expect(resolve(uri as never, broken)).rejects.toThrow('timeout')
  })
})
