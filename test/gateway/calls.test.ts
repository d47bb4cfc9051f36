import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MESSAGE_LIMIT } from '../../src/gateway/transport/flood-guard'
import type { SipClient } from '../support/sip-client'
import { CallOut, callOut, tagOf, uriOf } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let one: UdpPeer
let two: UdpPeer

beforeAll(async () => {
  lab = await Lab.open()
  one = await lab.carrier('127.0.1.1')
  two = await lab.carrier('127.0.1.2')
  alice = await lab.phone('alice')
  await lab.configured(() =>
    lab.admin.put('dispatchers/main', {
      destinations: [
        { uri: `sip:${one.host}`, priority: 0 },
        { uri: `sip:${two.host}`, priority: 1 },
      ],
      probing: { intervalSeconds: 0.5, timeoutSeconds: 0.25 },
      noResponseSeconds: 1,
    }),
  )
  await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main', cost: 7 }] })
  await lab.admin.put('address-groups/200', {
    carrier: true,
    domain: lab.domain,
    entries: [{ ip: '127.0.1.0', mask: 24, tag: 'the carriers' }],
  })
})
afterAll(() => lab?.close())

/** A stranger who asks more often is banned. */
const UNHURRIED_MS = 200
const NUMBER = '+4930123456'
const invite = (number = NUMBER) =>
  alice.request('INVITE', {
    uri: `sip:${number}@${lab.domain}`,
    headers: [`Contact: ${alice.contact}`],
    body: 'v=0\r\n',
  })

const answered = () => callOut(lab, alice, one, NUMBER)

/** The records of calls that the Worker has written. */
const recordOf = (callId: string) => {
  const lines = lab.product
    .output()
    .split('\n')
    .filter((line) => line.includes('"event":"call"'))
  return lines.map((line) => JSON.parse(line)).find((record) => record.callId === callId)
}

describe('a call out', () => {
  it('M10 has a record with both ends, the destination, what it costs, and how long it was', async () => {
    const call = await answered()
    call.fromCaller('BYE')
    one.respond(await one.expect('BYE'), 200)
    await alice.expect('200 BYE')
    const callId = call.sent.header('Call-ID')
    await lab.until(() => recordOf(callId) !== undefined, 'the record is written')
    const record = recordOf(callId)
    expect(record).toMatchObject({
      caller: `alice@${lab.domain}`,
      carrier: { set: 'main', uri: `sip:${one.host}`, cost: 7 },
      result: 'answered',
      endedBy: 'caller',
    })
    expect(record.durationMs).toBe(record.endedAtMs - record.answeredAtMs)
    expect(call.answer.text).not.toContain('Strowger-')
  })

  it('H02 H04 W01 reaches the carrier with its own host in the Request-URI, and ends with a BYE of the caller', async () => {
    const call = await answered()
    const { offered } = call
    expect(offered.uri).toBe(`sip:${NUMBER}@${one.host};user=phone`)
    expect(offered.header('Via')).toMatch(/^SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;branch=z9hG4bK\S+;rport$/)
    expect(offered.text).not.toMatch(/Strowger-|Proxy-Authorization|gateway\.invalid;transport=ws;lr;set/)
    const sameCall = one.wire.frames.filter(({ frame }) => frame.header('Call-ID') === offered.header('Call-ID'))
    expect(
      new Set(sameCall.filter(({ frame }) => frame.label === 'INVITE').map(({ frame }) => frame.branch)).size,
    ).toBe(1)
    call.fromCaller('BYE')
    const bye = await one.expect('BYE')
    one.respond(bye, 200)
    await alice.expect('200 BYE')
  })

  it('H07 ends with a BYE of the carrier', async () => {
    ;(await answered()).fromCarrier('BYE')
    const bye = await alice.expect('BYE')
    alice.respond(bye, 200, 'OK')
    await one.expect('200 BYE')
  })

  it('D02 D03 a CANCEL stops the carrier', async () => {
    const sent = invite()
    const offered = await one.expect('INVITE')
    one.respond(offered, 183, { body: 'v=0\r\n' })
    expect((await alice.expect('183 INVITE')).body).toBe('v=0\r\n')
    alice.request('CANCEL', {
      uri: sent.uri,
      branch: sent.branch,
      callId: sent.header('Call-ID'),
      cSeq: sent.cSeq,
      fromTag: tagOf(sent.header('From')),
    })
    await alice.expect('200 CANCEL')
    const cancel = await one.expect('CANCEL')
    expect([cancel.branch, cancel.uri, cancel.cSeq]).toEqual([offered.branch, offered.uri, offered.cSeq])
    one.respond(cancel, 200)
    one.respond(offered, 487)
    await one.expect('ACK')
    alice.acknowledge(sent, await alice.expect('487 INVITE'))
  })

  it.each([404, 486, 603])('L09 %i of the carrier is what the caller hears', async (status) => {
    const sent = invite()
    one.respond(await one.expect('INVITE'), status)
    await one.expect('ACK')
    alice.acknowledge(sent, await alice.expect(`${status} INVITE`))
    expect(two.unread).toEqual([])
  })

  it('L09 K14 after 503 the next destination is tried', async () => {
    const sent = invite()
    one.respond(await one.expect('INVITE'), 503)
    await one.expect('ACK')
    const offered = await two.expect('INVITE')
    expect(offered.uri).toBe(`sip:${NUMBER}@${two.host};user=phone`)
    two.respond(offered, 486)
    await two.expect('ACK')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))
  })

  it('RFC 3261 §17.1.1.2 an INVITE that is not answered is sent again, and H12 the next destination tried', async () => {
    const sent = invite()
    const first = await one.expect('INVITE')
    const offered = await two.expect('INVITE')
    expect(one.wire.all('received', 'INVITE').filter((copy) => copy.text === first.text).length).toBeGreaterThan(1)
    two.respond(offered, 404)
    await two.expect('ACK')
    alice.acknowledge(sent, await alice.expect('404 INVITE'))
    one.respond(first, 503)
    await one.expect('ACK')
  })

  it('D10 the 2xx that the carrier says again is acknowledged again', async () => {
    const sent = invite()
    const offered = await one.expect('INVITE')
    one.respond(offered, 200)
    const call = new CallOut(alice, one, { sent, offered, answer: await alice.expect('200 INVITE') })
    one.respond(offered, 200)
    await alice.expect('200 INVITE')
    const ack = call.fromCaller('ACK')
    await one.expect('ACK')
    // RFC 3261 §13.2.2.4: as when the datagram of the ACK was lost.
    one.respond(offered, 200)
    expect((await one.expect('ACK')).cSeq).toBe(ack.cSeq)
    call.fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await one.expect('200 BYE')
  })

  it('G12 calls beyond the limit are refused, and one that has ended counts no longer', async () => {
    await lab.admin.put(`call-limits/alice@${lab.domain}`, { concurrentCalls: 1, deniedPrefixes: ['49900'] })
    const call = await answered()
    const second = invite()
    const refusal = await alice.expect('503 INVITE')
    expect([refusal.reason, refusal.header('Retry-After')]).toEqual(['Too Many Calls At Once', '30'])
    alice.acknowledge(second, refusal)
    call.fromCaller('BYE')
    one.respond(await one.expect('BYE'), 200)
    await alice.expect('200 BYE')
    ;(await answered()).fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await one.expect('200 BYE')
    const premium = invite('+4990012345')
    alice.acknowledge(premium, await alice.expect('403 INVITE'))
    const alerts = () => lab.product.output().match(/"calls\.refused"[^\n]*"why":"(?:at once|destination)"/g)
    await lab.until(() => alerts()?.length === 2, 'both refusals are in the log')
    await lab.admin.delete(`call-limits/alice@${lab.domain}`)
  })

  it('G12 a subscriber who has spent what he may on a day calls no carrier until midnight', async () => {
    // 7 a minute: a call of a second costs more than a hundredth of it.
    await lab.admin.put(`call-limits/alice@${lab.domain}`, { spendPerDay: 0.0001 })
    const call = await answered()
    call.fromCaller('BYE')
    one.respond(await one.expect('BYE'), 200)
    await alice.expect('200 BYE')
    await lab.until(
      async () => {
        const sent = invite()
        const first = await alice.next()
        if (first.label === '503 INVITE') {
          expect(first.reason).toBe('Spent Enough For Today')
          expect(Number(first.header('Retry-After'))).toBeLessThanOrEqual(86_400)
          alice.acknowledge(sent, first)
          return true
        }
        one.respond(await one.expect('INVITE'), 486)
        await one.expect('ACK')
        alice.acknowledge(sent, await alice.expect('486 INVITE'))
        return false
      },
      'what the call has cost is counted',
      UNHURRIED_MS,
    )
    await lab.admin.delete(`call-limits/alice@${lab.domain}`)
  })

  it('J07 a call to an emergency number of the domain goes out, whatever the caller may not', async () => {
    await lab.admin.put(`call-limits/alice@${lab.domain}`, { allowedPrefixes: ['61'], concurrentCalls: 0 })
    await lab.admin.patch(`domains/${lab.domain}`, { emergency: { numbers: ['112'], route: 'main' } })
    await lab.until(
      async () => {
        const sent = invite('112')
        const first = await alice.next()
        if (first.label === '100 INVITE') return true
        alice.acknowledge(sent, first)
        return false
      },
      'the domain is read again',
      UNHURRIED_MS,
    )
    const offered = await one.expect('INVITE')
    expect(offered.uri).toBe(`sip:112@${one.host};user=phone`)
    one.respond(offered, 486)
    await one.expect('ACK')
    await alice.expect('486 INVITE')
    await lab.admin.delete(`call-limits/alice@${lab.domain}`)
  })

  it('H14 a caller who wants privacy is anonymous to the called, and known to the carrier', async () => {
    const sent = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`, 'Privacy: id'],
    })
    const offered = await one.expect('INVITE')
    expect(offered.header('From')).toMatch(/^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/)
    expect(offered.header('P-Asserted-Identity')).toBe(`<sip:alice@${lab.domain}>`)
    one.respond(offered, 486)
    await one.expect('ACK')
    const refusal = await alice.expect('486 INVITE')
    expect(refusal.header('From')).toBe(sent.header('From'))
    alice.acknowledge(sent, refusal)
  })

  it('H14 N05 RFC 3323: with Privacy: user too, and what the phone asserts itself never goes out', async () => {
    const sent = alice.request('INVITE', {
      uri: `sip:${NUMBER}@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`, 'Privacy: user', 'P-Asserted-Identity: <sip:+611111@carrier.example>'],
    })
    const offered = await one.expect('INVITE')
    expect(offered.header('From')).toMatch(/^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/)
    expect(offered.headers('P-Asserted-Identity')).toEqual([`<sip:alice@${lab.domain}>`])
    expect(offered.header('Privacy')).toBe('id')
    one.respond(offered, 486)
    await one.expect('ACK')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))
  })

  it('H09 a number without a route stays inside', async () => {
    const sent = invite('+6130123456')
    alice.acknowledge(sent, await alice.expect('404 INVITE'))
  })
})

describe('a call in', () => {
  const call = (number = '4930777', options = {}) =>
    one.request('INVITE', { uri: `sip:${number}@127.0.0.1:${lab.edge.port}`, body: 'v=0\r\n', ...options })

  it('H06 E13 F09 rings the subscriber who has the number, without a challenge', async () => {
    const desk = await lab.phone('4930777')
    const sent = call('+4930777')
    const offered = await desk.expect('INVITE')
    expect(offered.text).not.toContain('Strowger-')
    desk.respond(offered, 180, 'Ringing')
    await one.expect('180 INVITE')
    desk.respond(offered, 200, 'OK', { headers: [`Contact: ${desk.contact}`], body: 'v=0\r\n' })
    const answer = await one.expect('200 INVITE')
    const routes = answer.headers('Record-Route').flatMap((line) => line.split(/,\s*/))
    const inDialog = {
      uri: uriOf(answer.header('Contact')),
      to: sent.uri,
      toTag: answer.toTag,
      fromTag: tagOf(sent.header('From')),
      callId: sent.header('Call-ID'),
      headers: routes.toReversed().map((route) => `Route: ${route}`),
    }
    one.request('ACK', inDialog)
    await desk.expect('ACK')
    one.request('BYE', { ...inDialog, cSeq: 2 })
    desk.respond(await desk.expect('BYE'), 200, 'OK')
    await one.expect('200 BYE')
  })

  it('RFC 3966 for a tel URI rings who has the number', async () => {
    const desk = await lab.phone('+4930776')
    const sent = one.request('INVITE', {
      uri: 'tel:+49-30-776',
      to: 'tel:+49-30-776',
      from: 'tel:+4930111',
      body: 'v=0\r\n',
    })
    const offered = await desk.expect('INVITE')
    expect(`<${offered.uri}>`).toBe(desk.contact)
    desk.respond(offered, 486, 'Busy Here')
    const refusal = await one.expect('486 INVITE')
    await desk.expect('ACK')
    one.request('ACK', {
      uri: sent.uri,
      to: 'tel:+49-30-776',
      from: 'tel:+4930111',
      branch: sent.branch,
      callId: sent.header('Call-ID'),
      fromTag: tagOf(sent.header('From')),
      toTag: refusal.toTag,
    })
  })

  it.each([
    ['H14 the phone sees whom the carrier asserts', [], ['<sip:+49301@carrier.example>', '<tel:+49301>'], undefined],
    ['H14 and nobody with Privacy: id', ['Privacy: id'], [], undefined],
    [
      'H14 and nobody, in From too, with Privacy: user',
      ['Privacy: user'],
      [],
      '"Anonymous" <sip:anonymous@anonymous.invalid>',
    ],
  ])('%s', async (title, privacy, asserted, from) => {
    const number = `4930779${title.length}`
    const desk = await lab.phone(number)
    const headers = ['P-Asserted-Identity: <sip:+49301@carrier.example>, <tel:+49301>', ...privacy]
    const sent = call(number, { headers })
    const offered = await desk.expect('INVITE')
    expect(offered.headers('P-Asserted-Identity').flatMap((line) => line.split(/,\s*/))).toEqual(asserted)
    expect(offered.headers('Privacy')).toEqual([])
    expect(offered.header('From').startsWith(from ?? sent.header('From'))).toBe(true)
    desk.respond(offered, 486, 'Busy Here', { headers: ['P-Asserted-Identity: <sip:boss@carrier.example>'] })
    const refusal = await one.expect('486 INVITE')
    expect(refusal.header('From')).toBe(sent.header('From'))
    expect(refusal.headers('P-Asserted-Identity')).toEqual([])
    await desk.expect('ACK')
    one.request('ACK', {
      uri: sent.uri,
      branch: sent.branch,
      callId: sent.header('Call-ID'),
      fromTag: tagOf(sent.header('From')),
      toTag: refusal.toTag,
    })
  })

  it('D08 D09 ten copies of an INVITE ring once', async () => {
    const desk = await lab.phone('4930778')
    const text = one.build('INVITE', { uri: `sip:4930778@127.0.0.1:${lab.edge.port}` })
    for (let i = 0; i < 10; i++) one.send(text)
    const offered = await desk.expect('INVITE')
    desk.respond(offered, 486, 'Busy Here')
    await desk.expect('ACK')
    await one.expect('486 INVITE')
    expect(desk.wire.all('received', 'INVITE')).toHaveLength(1)
  })

  it('H03 a number that nobody has registered is 404 and never goes out again', async () => {
    call(NUMBER.slice(1))
    await one.expect('404 INVITE')
    expect(two.unread).toEqual([])
  })

  it('F09 E15 from a source that nobody knows it is refused', async () => {
    const stranger = await lab.carrier('127.0.9.9')
    stranger.request('INVITE', {
      uri: `sip:4930777@127.0.0.1:${lab.edge.port}`,
      headers: ['Strowger-Source: UDP;address="127.0.1.1";port=5060'],
    })
    await stranger.expect('403 INVITE')
  })

  it('G08 from a source that sends too much it is not even read, until it is in an address group', async () => {
    const flood = await lab.carrier('127.0.9.7')
    const ask = () => flood.request('OPTIONS', { uri: `sip:127.0.0.1:${lab.edge.port}` })
    ask()
    await flood.expect('200 OPTIONS')
    const { banned } = lab.gateway.network.counters.UDP
    for (let i = 0; i < MESSAGE_LIMIT.requests; i++) flood.send('no SIP')
    ask()
    await lab.until(() => lab.gateway.network.counters.UDP.banned >= banned + 2, 'the last two are turned away')
    expect(lab.log.filter(({ event }) => event === 'flood.banned')).toMatchObject([{ source: '127.0.9.7' }])
    const until = expect.stringMatching(/^20.*Z$/)
    const bans = () => lab.admin.get('bans')
    expect(await bans()).toEqual({ items: [{ source: '127.0.9.7', until, gateway: 'g1' }], silent: [] })
    expect(flood.unread).toEqual([])
    await lab.admin.delete('bans/127.0.9.7')
    expect(await bans()).toEqual({ items: [], silent: [] })
    for (let i = 0; i <= MESSAGE_LIMIT.requests; i++) flood.send('no SIP')
    await lab.until(() => lab.gateway.flood.bans().length === 1, 'it is banned again')
    await lab.configured(() => lab.admin.put('address-groups/office', { entries: [{ ip: '127.0.9.7' }] }))
    ask()
    await flood.expect('200 OPTIONS')
    expect(lab.gateway.describe().bans).toEqual([])
    // A carrier of an address group may send what it likes.
    for (let i = 0; i < 3 * MESSAGE_LIMIT.requests; i++) one.send('no SIP')
    one.request('OPTIONS', { uri: `sip:127.0.0.1:${lab.edge.port}` })
    await one.expect('200 OPTIONS')
  })

  it('F08 R05 T04 an address that is added counts for the next calls, without a reload and on the same link', async () => {
    const office = await lab.carrier('127.0.9.8')
    const ask = async () => {
      office.request('INVITE', { uri: `sip:4930888@127.0.0.1:${lab.edge.port}` })
      return (await office.final()).status
    }
    expect(await ask()).toBe(403)
    const began = Date.now()
    await lab.admin.post('address-groups/200/entries', { ip: office.address, port: office.port })
    await lab.until(async () => (await ask()) === 404, 'the call is for a number that nobody has', UNHURRIED_MS)
    expect(Date.now() - began).toBeLessThan(5_000)
    expect(lab.log.filter(({ event }) => event === 'link.down')).toEqual([])
    await lab.admin.delete('address-groups/200/entries/1')
    await lab.until(async () => (await ask()) === 403, 'the address is a stranger again', UNHURRIED_MS)
  })

  it('RFC 3261 §17.2.1 the refusal is sent again until its ACK comes', async () => {
    const sent = call('4930999')
    const refusal = await one.expect('404 INVITE')
    await one.wire.waitFor('received', '404 INVITE', one.wire.all('received', '404 INVITE').length + 1)
    one.request('ACK', {
      uri: sent.uri,
      branch: sent.branch,
      callId: sent.header('Call-ID'),
      fromTag: tagOf(sent.header('From')),
      toTag: refusal.toTag,
    })
  })

  it('G10 an OPTIONS for the gateway is answered by the gateway', async () => {
    one.request('OPTIONS', { uri: `sip:127.0.0.1:${lab.edge.port}` })
    expect((await one.expect('200 OPTIONS')).header('Allow')).toContain('INVITE')
  })

  it('G04 a scanner gets silence', async () => {
    one.request('OPTIONS', { uri: `sip:100@127.0.0.1:${lab.edge.port}`, headers: ['User-Agent: friendly-scanner'] })
    one.request('OPTIONS', { uri: `sip:127.0.0.1:${lab.edge.port}` })
    await one.expect('200 OPTIONS')
    expect(one.unread).toEqual([])
    expect(lab.gateway.describe().transports.UDP.scanners).toBe(1)
  })

  it('G11 a malformed request is told so', async () => {
    one.send(one.build('INVITE', { uri: 'sip:x@127.0.0.1' }).replace('CSeq: 1 INVITE', 'CSeq: 1 BYE'))
    expect((await one.expect('400 BYE')).startLine).toMatch(/Bad Request/)
  })
})
