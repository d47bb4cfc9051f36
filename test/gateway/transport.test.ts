import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_DATAGRAM_BYTES } from '../../src/gateway/core/relayed-call'
import { readListeners } from '../../src/gateway/transport/listener'
import { Network } from '../../src/gateway/transport/network'
import type { Message } from '../../src/sip/message/message'
import { formatAddress, type NetworkAddress, type NetworkTransport, parseAddress } from '../../src/sip/transport/hop'
import { replyWay } from '../../src/sip/transport/received'
import { EXPECTATIONS } from '../torture/expectations'
import { tortureBytes } from '../torture/messages'
import { until } from './support/until'

interface Heard {
  readonly message: Message
  readonly source: NetworkAddress
}

/** A transport and what it has heard. */
class Party {
  readonly heard: Heard[] = []
  readonly network: Network

  constructor(listen: string) {
    this.network = new Network(readListeners(listen), {
      log: () => {},
      newTag: () => 'ourtag',
      onWire: () => {},
      onMessage: (message, source) => this.heard.push({ message, source }),
    })
  }

  at(transport: NetworkTransport, index = 0): NetworkAddress {
    const own = this.network.own().filter((o) => o.transport === transport)[index]
    const address = parseAddress(`${transport}:${own?.hostPort}`)
    if (!address) throw new Error(`no ${transport} socket ${index}`)
    return address
  }

  async next(): Promise<Heard> {
    await until(() => this.heard.length > 0, 'a message')
    return this.heard.shift() as Heard
  }
}

const open: Array<{ close(): unknown }> = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function party(listen = 'udp:127.0.0.1:0,tcp:127.0.0.1:0'): Promise<Party> {
  const made = new Party(listen)
  await made.network.listen()
  open.push(made.network)
  return made
}

/** A peer that is no gateway: bytes as a test writes them. */
async function datagrams(address = '127.0.1.1') {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const received: Array<{ text: string; port: number }> = []
  socket.on('message', (bytes, from) => received.push({ text: bytes.toString('utf8'), port: from.port }))
  socket.bind(0, address)
  await once(socket, 'listening')
  open.push(socket)
  const { port } = socket.address()
  const send = (bytes: string | Uint8Array, to: NetworkAddress) => socket.send(bytes, to.port, to.address)
  const next = async () => {
    await until(() => received.length > 0, 'a datagram')
    return received.shift() as { text: string; port: number }
  }
  return { port, send, next, received }
}

async function stream(to: NetworkAddress): Promise<Socket & { text: string }> {
  const socket = Object.assign(connect(to.port, to.address), { text: '' })
  socket.on('data', (chunk) => {
    socket.text += chunk.toString('utf8')
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  open.push({ close: () => socket.destroy() })
  return socket
}

interface Facts {
  readonly via?: string
  readonly userAgent?: string
  readonly body?: string
  readonly length?: number
  readonly subject?: string
}

function request(method: string, { via = 'UDP 127.0.1.1', userAgent, body = '', length, subject }: Facts = {}): string {
  return [
    `${method} sip:100@gateway.test SIP/2.0`,
    `Via: SIP/2.0/${via};branch=z9hG4bKabc`,
    'Max-Forwards: 70',
    'From: <sip:a@peer.test>;tag=1',
    'To: <sip:100@gateway.test>',
    'Call-ID: call-1',
    `CSeq: 1 ${method}`,
    ...(userAgent === undefined ? [] : [`User-Agent: ${userAgent}`]),
    ...(subject === undefined ? [] : [`Subject: ${subject}`]),
    `Content-Length: ${length ?? Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

const text = (frame: string) => ({ text: frame, binary: false })
const hasSix = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === '::1'))

describe('two transports', () => {
  it.each(['UDP', 'TCP'] as const)('talk over %s, each knowing where the other one is', async (transport) => {
    const [a, b] = [await party(), await party()]
    await a.network.send(text(request('OPTIONS')), b.at(transport))
    const heard = await b.next()
    expect(heard.message).toMatchObject({ method: 'OPTIONS' })
    expect(heard.source).toMatchObject({ transport, address: '127.0.0.1', socket: b.network.sentBy(b.at(transport)) })
    await b.network.send(text(request('MESSAGE')), heard.source)
    expect((await a.next()).message).toMatchObject({ method: 'MESSAGE' })
    expect([a.network.counters[transport], b.network.counters[transport]]).toMatchObject([
      { sent: 1, received: 1, errors: 0 },
      { sent: 1, received: 1, errors: 0 },
    ])
  })

  it.skipIf(!hasSix).each(['UDP', 'TCP'] as const)('talk over %s and IPv6', async (transport) => {
    const [a, b] = [await party('udp:[::1]:0,tcp:[::1]:0'), await party('udp:[::1]:0,tcp:[::1]:0')]
    expect(a.network.sentBy(b.at(transport))).toMatch(/^\[::1\]:\d+$/)
    expect(a.network.reaches({ transport, address: '127.0.0.1' })).toBe(false)
    await a.network.send(text(request('OPTIONS')), b.at(transport))
    const { source } = await b.next()
    expect(source.address).toBe('::1')
    await b.network.send(text(request('MESSAGE')), source)
    expect((await a.next()).message).toMatchObject({ method: 'MESSAGE' })
  })

  it('RFC 3261 §18 use one connection for everything, also in the other direction', async () => {
    const [a, b] = [await party(), await party()]
    await Promise.all([1, 2, 3].map(() => a.network.send(text(request('OPTIONS')), b.at('TCP'))))
    const sources = [await b.next(), await b.next(), await b.next()].map(({ source }) => formatAddress(source))
    expect(new Set(sources).size).toBe(1)
  })

  it('carry 20,000 bytes over TCP', async () => {
    const [a, b] = [await party(), await party()]
    const large = request('INVITE', { via: 'TCP 127.0.1.1', body: 'x'.repeat(20_000) })
    expect(large.length).toBeGreaterThan(MAX_DATAGRAM_BYTES)
    await a.network.send(text(large), b.at('TCP'))
    expect((await b.next()).message.body).toHaveLength(20_000)
  })
})

describe('U06 several sockets', () => {
  const LISTEN = 'udp:127.0.0.1:0,udp:127.0.0.2:0;advertise=second.test:5090,tcp:127.0.0.1:0'

  it('have each their own name, and what was heard on one is answered from it (RFC 3581 §4)', async () => {
    const gateway = await party(LISTEN)
    const peer = await datagrams()
    const second = { ...gateway.at('UDP'), address: '127.0.0.2' }
    const ports = await portsOf(gateway)
    peer.send(request('OPTIONS', { via: 'UDP 127.0.1.1;rport' }), { ...second, port: ports.second })
    const { source } = await gateway.next()
    expect([source.socket, gateway.network.sentBy(source)]).toEqual(['second.test:5090', 'second.test:5090'])
    // As the Path of a phone remembers it.
    const remembered = parseAddress(formatAddress(source)) as NetworkAddress
    await gateway.network.send(text(request('MESSAGE')), remembered)
    expect((await peer.next()).port).toBe(ports.second)
    await gateway.network.send(text(request('MESSAGE')), { ...source, socket: 'gone.test:5060' })
    expect((await peer.next()).port).toBe(ports.first)
  })

  it('the malformed is answered from there too, with received and rport', async () => {
    const gateway = await party(LISTEN)
    const peer = await datagrams()
    const { second } = await portsOf(gateway)
    peer.send(request('OPTIONS', { via: 'UDP 10.9.9.9;rport', length: 9 }), {
      transport: 'UDP',
      address: '127.0.0.2',
      port: second,
    })
    const answer = await peer.next()
    expect(answer.port).toBe(second)
    expect(answer.text).toMatch(/^SIP\/2\.0 400 Bad Request - Content-Length Exceeds Body\r\n/)
    expect(answer.text).toContain(`;received=127.0.1.1;rport=${peer.port}\r\n`)
  })

  /** The second one advertises another port than it has. */
  async function portsOf(gateway: Party): Promise<{ first: number; second: number }> {
    const probe = await datagrams()
    await gateway.network.send(text(''), {
      transport: 'UDP',
      address: '127.0.1.1',
      port: probe.port,
      socket: 'second.test:5090',
    })
    return { first: gateway.at('UDP').port, second: (await probe.next()).port }
  }

  it.each([
    ['udp', '192.0.2.77', 'UDP 192.0.2.77 port 5060: this machine has no such address'],
    ['tcp', '192.0.2.77', 'TCP 192.0.2.77 port 5060: this machine has no such address'],
  ])('%s on an address of another machine is one clear line', async (transport, address, expected) => {
    await expect(new Party(`${transport}:${address}:5060`).network.listen()).rejects.toThrow(expected)
  })

  it.each(['UDP', 'TCP'] as const)(
    'a port of %s that is taken is one clear line, and none is kept',
    async (transport) => {
      const taken = (await party()).at(transport)
      const late = new Party(`udp:127.0.0.1:0,${transport}:${taken.address}:${taken.port}`)
      await expect(late.network.listen()).rejects.toThrow(
        `${transport} 127.0.0.1 port ${taken.port} is in use by another program`,
      )
      await expect(late.network.send(text('x'), taken)).rejects.toThrow('closed')
    },
  )
})

describe('G03 G11 what is no good SIP', () => {
  it('the messages of RFC 4475 and RFC 5118 over UDP are read, answered or dropped, and nothing breaks', async () => {
    const gateway = await party()
    const peer = await datagrams('127.0.3.3')
    const { UDP } = gateway.network.counters
    for (const { file, parser } of EXPECTATIONS) {
      const before = { ...UDP }
      peer.send(tortureBytes(file), gateway.at('UDP'))
      await until(() => UDP.received === before.received + 1, file)
      const became = {
        read: gateway.heard.splice(0).length,
        malformed: UDP.malformed - before.malformed,
        ignored: UDP.ignored - before.ignored,
      }
      expect([file, became.read + became.malformed + became.ignored]).toEqual([file, 1])
      if (parser === 'drop') expect([file, became.ignored]).toEqual([file, 1])
      else if (parser !== 'accept') expect([file, became.read]).toEqual([file, 0])
    }
    peer.send(request('OPTIONS'), gateway.at('UDP'))
    expect((await gateway.next()).message).toMatchObject({ method: 'OPTIONS' })
  })

  it('J11 a body that is too short is 400 over UDP; over TCP the rest is waited for', async () => {
    const gateway = await party()
    const peer = await datagrams()
    peer.send(request('MESSAGE', { via: 'UDP 127.0.1.1;rport', body: 'Hello world.', length: 18 }), gateway.at('UDP'))
    expect((await peer.next()).text).toMatch(/^SIP\/2\.0 400 /)
    const socket = await stream(gateway.at('TCP'))
    socket.write(request('MESSAGE', { via: 'TCP 127.0.1.1', body: 'Hello world.', length: 18 }))
    await gateway.network.send(text(request('OPTIONS')), gateway.at('UDP'))
    expect((await gateway.next()).message).toMatchObject({ method: 'OPTIONS' })
    socket.write(' Again')
    expect((await gateway.next()).message.body).toBe('Hello world. Again')
  })

  it('RFC 3261 §18.3 bytes beyond Content-Length are dropped, of a datagram', async () => {
    const gateway = await party()
    ;(await datagrams()).send(request('MESSAGE', { body: 'Hello world.', length: 5 }), gateway.at('UDP'))
    expect((await gateway.next()).message.body).toBe('Hello')
  })

  it('G04 scanners get silence, malformed or not', async () => {
    const gateway = await party()
    const peer = await datagrams()
    const via = 'UDP 127.0.1.1;rport'
    peer.send(request('OPTIONS', { via, userAgent: 'friendly-scanner' }), gateway.at('UDP'))
    peer.send(request('INVITE', { via, userAgent: 'sipvicious', length: 9 }), gateway.at('UDP'))
    peer.send(request('OPTIONS', { via, length: 9 }), gateway.at('UDP'))
    expect((await peer.next()).text).toMatch(/^SIP\/2\.0 400 /)
    expect([peer.received, gateway.heard]).toEqual([[], []])
    expect(gateway.network.counters.UDP).toMatchObject({ received: 3, scanners: 2, malformed: 1, sent: 1 })
  })

  it('F07 an answer never goes to whom the sender names', async () => {
    const gateway = await party()
    const [peer, victim] = [await datagrams(), await datagrams('127.0.1.2')]
    const via = `UDP 127.0.1.1:${peer.port};received=127.0.1.2;maddr=127.0.1.2;rport=${victim.port}`
    peer.send(request('OPTIONS', { via, length: 9 }), gateway.at('UDP'))
    expect((await peer.next()).text).toMatch(/^SIP\/2\.0 400 /)
    expect(victim.received).toEqual([])
  })
})

describe('RFC 5626 §3.5.1 a ping', () => {
  it('is answered over UDP and TCP', async () => {
    const gateway = await party()
    const peer = await datagrams()
    peer.send('\r\n\r\n', gateway.at('UDP'))
    expect((await peer.next()).text).toBe('\r\n')
    const socket = await stream(gateway.at('TCP'))
    socket.write('\r\n\r\n')
    await until(() => socket.text === '\r\n', 'the pong')
  })
})

describe('a TCP peer', () => {
  it('that goes away in a message leaves nothing behind, and may come again', async () => {
    const gateway = await party()
    const first = await stream(gateway.at('TCP'))
    first.end(request('MESSAGE', { via: 'TCP 127.0.1.1', body: 'Hello', length: 50 }))
    await once(first, 'close')
    ;(await stream(gateway.at('TCP'))).write(request('OPTIONS', { via: 'TCP 127.0.1.1' }))
    expect((await gateway.next()).message).toMatchObject({ method: 'OPTIONS' })
    expect(gateway.heard).toEqual([])
  })

  it('that makes no sense is hung up on, and counted', async () => {
    const gateway = await party()
    const socket = await stream(gateway.at('TCP'))
    socket.write('GET / HTTP/1.1\r\nHost: gateway.test\r\n\r\n')
    await once(socket, 'close')
    expect([socket.text, gateway.network.counters.TCP]).toMatchObject(['', { errors: 1, received: 0 }])
  })

  it('RFC 3261 §18.2.2 is answered on its connection, and where its Via says when that is gone', async () => {
    const gateway = await party()
    let accepted = ''
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        accepted += chunk.toString('utf8')
      })
      open.push({ close: () => socket.destroy() })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(server)
    const { port } = server.address() as { port: number }
    const socket = await stream(gateway.at('TCP'))
    socket.write(request('OPTIONS', { via: `TCP 127.0.0.1:${port}` }))
    const { message, source } = await gateway.next()
    if (message.kind !== 'request') throw new Error('not a request')
    const { replyTo, ...how } = replyWay(message, source)
    await gateway.network.send(text('SIP/2.0 100 Trying\r\n\r\n'), replyTo, how)
    await until(() => socket.text.startsWith('SIP/2.0 100'), 'the answer on the connection')
    expect(accepted).toBe('')
    socket.end()
    await once(socket, 'close')
    await gateway.network.send(text('SIP/2.0 200 OK\r\n\r\n'), replyTo, how)
    await until(() => accepted.startsWith('SIP/2.0 200'), 'the answer on a new connection')
  })

  it('that nobody is, is told to the sender at once', async () => {
    const gateway = await party()
    const gone = (await party()).at('TCP')
    await open.pop()?.close()
    await expect(gateway.network.send(text('x'), gone)).rejects.toThrow('ECONNREFUSED')
    expect(gateway.network.counters.TCP).toMatchObject({ sent: 0, errors: 1 })
  })

  it('that does not read blocks no sender for ever', async () => {
    const gateway = await party()
    const socket = await stream(gateway.at('TCP'))
    socket.write(request('OPTIONS', { via: 'TCP 127.0.1.1' }))
    const { source } = await gateway.next()
    socket.pause()
    const large = text('x'.repeat(4_000_000))
    await expect(Promise.all([1, 2, 3, 4].map(() => gateway.network.send(large, source)))).rejects.toThrow(
      'the peer does not read',
    )
  })
})

describe('after its close', () => {
  it('a transport holds nothing that would keep the process alive, and sends nothing', async () => {
    const handles = () => process.getActiveResourcesInfo().filter((kind) => /^(?:TCP|UDP)/.test(kind)).length
    await until(() => handles() === 0, 'those of other tests are gone')
    const [a, b] = [new Party('udp:127.0.0.1:0,tcp:127.0.0.1:0'), new Party('tcp:127.0.0.1:0')]
    await a.network.listen()
    await b.network.listen()
    const to = b.at('TCP')
    await a.network.send(text(request('OPTIONS')), to)
    await b.next()
    // One that is still being made.
    const half = b.network.send(text(request('OPTIONS')), a.at('TCP'))
    await Promise.all([a.network.close(), b.network.close(), half.catch(() => {})])
    await a.network.close()
    await until(() => handles() === 0, 'no socket is left')
    await expect(a.network.send(text('x'), to)).rejects.toThrow('closed')
    await expect(a.network.send(text('x'), { ...to, transport: 'UDP' })).rejects.toThrow('closed')
  })
})
