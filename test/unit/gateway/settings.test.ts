import { describe, expect, it } from 'vitest'
import { HELP, readSettings } from '../../../src/gateway/settings'
import { readListeners } from '../../../src/gateway/transport/listener'

const GOOD = { STROWGER_URL: 'https://sip.example.com/', GATEWAY_TOKEN: 'secret', GATEWAY_NAME: 'g1' }

describe('the settings of a gateway', () => {
  it('have defaults for all but two', () => {
    expect(readSettings(GOOD)).toEqual({
      url: 'https://sip.example.com',
      token: 'secret',
      name: 'g1',
      sockets: 2,
      listeners: [{ transport: 'UDP', address: '127.0.0.1', port: 5060 }],
      engines: [],
      keepAliveSeconds: 25,
      http: { host: '127.0.0.1', port: 8088 },
      logLevel: 'info',
    })
    expect(readSettings({ ...GOOD, HTTP: 'off' }).http).toBeUndefined()
    expect(readSettings({ ...GOOD, REGION: 'syd' }).region).toBe('syd')
    expect(readSettings({ ...GOOD, STROWGER_URL: 'wss://sip.example.com' }).url).toBe('https://sip.example.com')
  })

  it.each([
    [{ STROWGER_URL: '' }, 'STROWGER_URL is not set'],
    [{ STROWGER_URL: 'sip.example.com' }, 'is not like https://sip.example.com'],
    [{ GATEWAY_TOKEN: '' }, 'GATEWAY_TOKEN is not set'],
    [{ GATEWAY_NAME: 'No_Name' }, 'GATEWAY_NAME "No_Name"'],
    [{ GATEWAY_SOCKETS: '99' }, 'is not a number from 1 to 16'],
    [{ LISTEN: 'udp:host.example:5060' }, 'is not an IP address'],
    [{ LISTEN: 'udp:0.0.0.0:5060' }, 'needs advertise='],
    [{ LISTEN: 'udp:127.0.0.1;name=Second One' }, 'name=Second One is not 1 to 32 of a-z, 0-9 and hyphens'],
    [{ LISTEN: 'udp:127.0.0.1;name=a,udp:127.0.0.2;name=a' }, 'two udp listeners have the name a'],
    [{ LISTEN: 'sctp:127.0.0.1' }, 'is not like udp:0.0.0.0:5060'],
    [{ LISTEN: 'udp:127.0.0.1:99999' }, 'has a port above 65535'],
    [{ RTPENGINE: '127.0.0.1:2223' }, 'RTPENGINE: "127.0.0.1:2223" is not like'],
    [{ REGION: 'Sydney 1' }, 'REGION "Sydney 1": 1 to 32 of a-z, 0-9 and hyphens'],
    [{ KEEP_ALIVE: '0' }, 'KEEP_ALIVE "0" is not a number from 1 to 600'],
    [{ HTTP: 'everywhere' }, 'HTTP "everywhere"'],
    [{ LOG_LEVEL: 'loud' }, 'is not one of error, warn, info, debug'],
  ])('A18 %j is one clear line', (wrong, expected) => {
    const complaint = () => readSettings({ ...GOOD, ...wrong })
    expect(complaint).toThrow(expected)
    try {
      complaint()
    } catch (error) {
      expect((error as Error).message).not.toContain('\n')
    }
  })

  it('are all in the help', () => {
    const names = [
      'STROWGER_URL',
      'GATEWAY_TOKEN',
      'GATEWAY_NAME',
      'GATEWAY_SOCKETS',
      'LISTEN',
      'RTPENGINE',
      'REGION',
      'KEEP_ALIVE',
      'HTTP',
      'LOG_LEVEL',
    ]
    for (const name of names) expect(HELP).toContain(`\n  ${name}`)
  })

  it('U06 listeners have what peers see beside what they bind to', () => {
    expect(readListeners('udp:0.0.0.0:5060;advertise=203.0.113.5:5062, tcp:[::1]:5070')).toEqual([
      { transport: 'UDP', address: '0.0.0.0', port: 5060, advertised: { host: '203.0.113.5', port: 5062 } },
      { transport: 'TCP', address: '::1', port: 5070 },
    ])
    expect(readListeners('udp:0.0.0.0;advertise=sip.example.com;name=a,tcp:127.0.0.1;name=a')).toMatchObject([
      { advertised: { host: 'sip.example.com', port: 5060 }, name: 'a' },
      { transport: 'TCP', name: 'a' },
    ])
    expect(readListeners('udp:10.0.0.1:5090;advertise=sip.example.com')[0]?.advertised).toEqual({
      host: 'sip.example.com',
      port: 5090,
    })
  })
})
