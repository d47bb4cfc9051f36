import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import type { SipFrame } from '../support/sip-frame'
import { CallOut, callOut, tagOf, uriOf } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let one: UdpPeer

beforeAll(async () => {
  lab = await Lab.open()
  one = await lab.carrier('127.0.1.1')
  alice = await lab.phone('alice')
  await lab.configured(() =>
    lab.admin.put('dispatchers/main', { destinations: [{ uri: `sip:${one.host}`, probe: false }] }),
  )
  await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
  await lab.admin.put('address-groups/200', { carrier: true, domain: lab.domain, entries: [{ ip: '127.0.1.1' }] })
})
afterAll(() => lab?.close())

const establish = (): Promise<CallOut> => callOut(lab, alice, one, '+4930123456')

async function restart(): Promise<void> {
  await lab.stopGateway()
  lab.log.length = 0
  await lab.startGateway()
}

describe('the list of gateways', () => {
  const sockets = async () => {
    const { items } = (await lab.admin.get('gateways')) as { items: Array<{ name: string; sockets: number }> }
    return items.find(({ name }) => name === 'g1')?.sockets ?? 0
  }

  it('Q03 Q04 one that joins with a URL and a token is there, and is away when it has stopped', async () => {
    expect(await sockets()).toBe(2)
    await lab.stopGateway()
    await lab.until(async () => (await sockets()) === 0, 'it is shown as away')
    lab.log.length = 0
    await lab.startGateway()
    expect(await sockets()).toBe(2)
  })
})

describe('a gateway that is killed in a call and started again', () => {
  it('Q07 the BYE of the caller still reaches the carrier', async () => {
    const call = await establish()
    await restart()
    call.fromCaller('BYE')
    one.respond(await one.expect('BYE'), 200)
    await alice.expect('200 BYE')
  })

  it('Q07 the BYE of the carrier still reaches the caller', async () => {
    const call = await establish()
    await restart()
    call.fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await one.expect('200 BYE')
  })

  it('a BYE that comes while it is away waits for it', async () => {
    const call = await establish()
    await lab.stopGateway()
    call.fromCaller('BYE')
    lab.log.length = 0
    await lab.startGateway()
    one.respond(await one.expect('BYE'), 200)
    await alice.expect('200 BYE')
  })

  it('a call that rings at a carrier ends at once: nobody could take its answer', async () => {
    const sent = alice.request('INVITE', {
      uri: `sip:+4930123456@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`],
    })
    const offered = await one.expect('INVITE')
    one.respond(offered, 180)
    await alice.expect('180 INVITE')
    await restart()
    alice.acknowledge(sent, await alice.expect('480 INVITE'))
  })

  it('a call of a carrier that rings at a phone ends at once: the phone is cancelled', async () => {
    one.request('INVITE', { uri: `sip:alice@${lab.edge.address}`, body: 'v=0\r\n' })
    const offered = await alice.expect('INVITE')
    alice.respond(offered, 180, 'Ringing')
    await one.expect('180 INVITE')
    await restart()
    alice.respond(await alice.expect('CANCEL'), 200, 'OK')
    alice.respond(offered, 487, 'Request Terminated')
    await alice.expect('ACK')
  })

  it('a call to a carrier while it is away for good is refused, never silent', async () => {
    await lab.stopGateway()
    const sent = alice.request('INVITE', {
      uri: `sip:+4930123456@${lab.domain}`,
      headers: [`Contact: ${alice.contact}`],
    })
    const refusal = await alice.next().then((first) => (first.status === 100 ? alice.next() : first))
    expect([480, 503]).toContain(refusal.status)
    alice.acknowledge(sent, refusal)
    lab.log.length = 0
    await lab.startGateway()
  })
})

describe('a link that breaks while a carrier calls', () => {
  const ringing = async (): Promise<{ desk: SipClient; sent: SipFrame; offered: SipFrame }> => {
    const desk = await lab.phone(`493077${Math.floor(Math.random() * 90_000 + 10_000)}`)
    const sent = one.request('INVITE', { uri: `sip:${desk.account.username}@127.0.0.1:${lab.edge.port}` })
    const offered = await desk.expect('INVITE')
    desk.respond(offered, 180, 'Ringing')
    await one.expect('180 INVITE')
    return { desk, sent, offered }
  }

  it('goes on ringing once, and its answer arrives when the link is back', async () => {
    const { desk, offered } = await ringing()
    await lab.breakLink()
    desk.respond(offered, 200, 'OK', { headers: [`Contact: ${desk.contact}`] })
    await desk.wire.waitFor('sent', '200 INVITE')
    // As the phone does until the ACK comes (RFC 3261 §13.3.1.4).
    const again = setInterval(() => desk.respond(offered, 200, 'OK', { headers: [`Contact: ${desk.contact}`] }), 200)
    await one.expect('200 INVITE')
    clearInterval(again)
    expect(desk.wire.all('received', 'INVITE')).toHaveLength(1)
    expect(desk.wire.all('received', 'CANCEL')).toHaveLength(0)
  })

  it('is cancelled by the CANCEL of the carrier', async () => {
    const { desk, sent, offered } = await ringing()
    await lab.breakLink()
    one.request('CANCEL', {
      uri: sent.uri,
      branch: sent.branch,
      callId: sent.header('Call-ID'),
      fromTag: tagOf(sent.header('From')),
    })
    await one.expect('200 CANCEL')
    desk.respond(await desk.expect('CANCEL'), 200, 'OK')
    desk.respond(offered, 487, 'Request Terminated')
    await one.expect('487 INVITE')
  })
})

describe('a phone on UDP', () => {
  it('F P01 O15 registers through the gateway with its digest, is called, calls, and is forgotten when it answers no more', async () => {
    const phone = await lab.carrier('127.0.3.1')
    const account = await lab.subscriber('desk')
    const facts = {
      uri: `sip:${lab.domain}`,
      from: account.aor,
      to: account.aor,
      callId: 'registration-of-desk',
      fromTag: 'desk1',
      headers: ['Expires: 300'],
    }
    const first = phone.request('REGISTER', facts)
    const challenge = await phone.expect('401 REGISTER')
    const answer = alice.answerFor(account, first, challenge)
    phone.request('REGISTER', { ...facts, cSeq: 2, headers: ['Expires: 300', answer] })
    const registered = await phone.expect('200 REGISTER')
    expect(registered.header('Contact')).toContain(`sip:peer@${phone.host}`)
    const [binding] = await lab.admin.bindings(account)
    expect(binding).toMatchObject({ contact: `sip:peer@${phone.host}`, state: 'connected' })

    const sent = alice.request('INVITE', { uri: account.aor, headers: [`Contact: ${alice.contact}`] })
    const offered = await phone.expect('INVITE')
    expect(offered.uri).toBe(`sip:peer@${phone.host}`)
    phone.respond(offered, 486)
    await phone.expect('ACK')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))

    const out = { uri: alice.account.aor, from: account.aor, callId: 'call-of-desk', fromTag: 'desk2' }
    const invite = phone.request('INVITE', out)
    const proof = await phone.expect('407 INVITE')
    phone.request('ACK', { ...out, branch: invite.branch, toTag: proof.toTag })
    phone.request('INVITE', { ...out, cSeq: 2, headers: [alice.answerFor(account, invite, proof)] })
    const atAlice = await alice.expect('INVITE')
    expect(atAlice.text).not.toContain('Proxy-Authorization')
    alice.respond(atAlice, 603, 'Decline')
    await alice.expect('ACK')
    await phone.expect('603 INVITE')

    // It has answered the OPTIONS that keep its way through a NAT open, and now says nothing any more.
    await lab.until(() => phone.probed >= 2, 'the phone is asked whether it is there')
    phone.probes = undefined
    await lab.until(async () => (await lab.admin.bindings(account)).length === 0, 'its binding is gone')
    expect(lab.log.filter((line) => line.event === 'phone.gone')).toMatchObject([
      { aor: account.aor.slice('sip:'.length) },
    ])
    const late = alice.request('INVITE', { uri: account.aor, headers: [`Contact: ${alice.contact}`] })
    alice.acknowledge(late, await alice.expect('404 INVITE'))
  })

  it('P01 RFC 5626 §4.1 is called when it has an instance, and its BYE goes back', async () => {
    const phone = await lab.carrier('127.0.3.2')
    const account = await lab.subscriber('linphone')
    phone.contact = `<sip:peer@${phone.host}>;+sip.instance="<urn:uuid:6f2c1a3e-0b1d-4c57-9a75-0c2d8f1e7b11>"`
    const facts = { uri: `sip:${lab.domain}`, from: account.aor, to: account.aor, callId: 'linphone-1', fromTag: 'l1' }
    const first = phone.request('REGISTER', { ...facts, headers: ['Expires: 300'] })
    const proof = alice.answerFor(account, first, await phone.expect('401 REGISTER'))
    phone.request('REGISTER', { ...facts, cSeq: 2, headers: ['Expires: 300', proof] })
    await phone.expect('200 REGISTER')

    const sent = alice.request('INVITE', { uri: account.aor, headers: [`Contact: ${alice.contact}`] })
    const offered = await phone.expect('INVITE')
    phone.respond(offered, 180)
    await alice.expect('180 INVITE')
    phone.respond(offered, 200)
    const call = new CallOut(alice, phone, { sent, offered, answer: await alice.expect('200 INVITE') })
    call.fromCaller('ACK')
    await phone.expect('ACK')
    call.fromCarrier('BYE')
    alice.respond(await alice.expect('BYE'), 200, 'OK')
    await phone.expect('200 BYE')
  })

  // RFC 5737: nobody is at that address.
  it.each(['called', 'calling'])(
    'O02 O15 RFC 5626 §5.3 behind a NAT, %s, gets the requests of its calls where it is, whatever its Contact says',
    async (role) => {
      const phone = await lab.carrier('127.0.3.3')
      const account = await lab.subscriber(`nat-${role}`)
      phone.contact = '<sip:nat@192.0.2.77:5060>'
      const own = { from: account.aor, callId: `registration-${role}`, fromTag: 'n1' }
      const facts = { ...own, uri: `sip:${lab.domain}`, to: account.aor }
      const first = phone.request('REGISTER', { ...facts, headers: ['Expires: 300'] })
      const proof = alice.answerFor(account, first, await phone.expect('401 REGISTER'))
      phone.request('REGISTER', { ...facts, cSeq: 2, headers: ['Expires: 300', proof] })
      await phone.expect('200 REGISTER')

      if (role === 'called') {
        const sent = alice.request('INVITE', { uri: account.aor, headers: [`Contact: ${alice.contact}`] })
        const offered = await phone.expect('INVITE')
        phone.respond(offered, 200)
        const call = new CallOut(alice, phone, { sent, offered, answer: await alice.expect('200 INVITE') })
        call.fromCaller('ACK')
        await phone.expect('ACK')
        call.fromCaller('BYE')
        phone.respond(await phone.expect('BYE'), 200)
        return void (await alice.expect('200 BYE'))
      }
      const out = { uri: alice.account.aor, from: account.aor, callId: 'call-behind-nat', fromTag: 'n2' }
      const invite = phone.request('INVITE', out)
      const challenge = await phone.expect('407 INVITE')
      phone.request('ACK', { ...out, branch: invite.branch, toTag: challenge.toTag })
      phone.request('INVITE', { ...out, cSeq: 2, headers: [alice.answerFor(account, invite, challenge)] })
      const offered = await alice.expect('INVITE')
      alice.respond(offered, 200, 'OK', { headers: [`Contact: ${alice.contact}`] })
      await phone.expect('200 INVITE')
      alice.request('BYE', {
        uri: uriOf(offered.header('Contact')),
        callId: offered.header('Call-ID'),
        from: alice.account.aor,
        fromTag: 'callee',
        to: account.aor,
        toTag: 'n2',
        headers: offered.headers('Record-Route').map((route) => `Route: ${route}`),
      })
      phone.respond(await phone.expect('BYE'), 200)
      await alice.expect('200 BYE')
    },
  )
})
