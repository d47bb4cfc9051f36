import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account } from '../support/admin-api'
import type { SipClient } from '../support/sip-client'
import type { SipFrame } from '../support/sip-frame'
import { tagOf, uriOf } from './support/call-out'
import { Lab } from './support/lab'
import type { PeerRequest, UdpPeer } from './support/udp-peer'

let lab: Lab
let alice: SipClient
let bob: SipClient

beforeAll(async () => {
  lab = await Lab.open()
  alice = await lab.phone('alice')
  bob = await lab.phone('bob')
})
afterAll(() => lab.close())

/** A phone on UDP: what it sends is challenged, since many phones share the gateway's socket. */
class DeskPhone {
  readonly peer: UdpPeer
  readonly account: Account

  constructor(peer: UdpPeer, account: Account) {
    this.peer = peer
    this.account = account
  }

  static async open(address: string, name: string): Promise<DeskPhone> {
    const [peer, account] = [await lab.carrier(address), await lab.subscriber(name)]
    const desk = new DeskPhone(peer, account)
    await desk.proves('REGISTER', {
      uri: `sip:${lab.domain}`,
      to: account.aor,
      callId: `registration-of-${name}`,
      fromTag: 'r',
      headers: ['Expires: 300'],
    })
    await peer.expect('200 REGISTER')
    return desk
  }

  async proves(method: string, facts: PeerRequest): Promise<SipFrame> {
    const all = { from: this.account.aor, ...facts }
    const first = this.peer.request(method, all)
    const challenge = await this.peer.expect(`${method === 'REGISTER' ? 401 : 407} ${method}`)
    if (method === 'INVITE') this.peer.request('ACK', { ...all, branch: first.branch, toTag: challenge.toTag })
    const answer = alice.answerFor(this.account, first, challenge)
    const again = { ...all, cSeq: (facts.cSeq ?? 1) + 1, headers: [...(facts.headers ?? []), answer] }
    return this.peer.request(method, again)
  }

  /** The next NOTIFY, answered: its dialogs in short. */
  async hears(): Promise<string> {
    const notify = await this.peer.expect('NOTIFY')
    this.peer.respond(notify, 200)
    return told(notify)
  }
}

function told(notify: SipFrame): string {
  const dialogs = [...notify.body.matchAll(/direction="(\w+)">\s*<state>(\w+)/g)]
  const state = notify.header('Subscription-State').split(';')[0]
  return [state, ...dialogs.map(([, direction, now]) => `${direction} ${now}`)].join(', ')
}

const HEADERS = ['Event: dialog', 'Accept: application/dialog-info+xml']

describe('busy lamps over UDP', () => {
  it('M12 a phone on UDP watches one in a browser: early, confirmed, terminated; refreshed and ended in its dialog', async () => {
    const desk = await DeskPhone.open('127.0.3.2', 'desk')
    const facts = { uri: bob.account.aor, callId: 'lamp-of-desk', fromTag: 'lamp' }
    await desk.proves('SUBSCRIBE', { ...facts, headers: [...HEADERS, 'Expires: 600'] })
    const answer = await desk.peer.expect('200 SUBSCRIBE')
    expect(await desk.hears()).toBe('active')

    const invite = alice.request('INVITE', { uri: bob.account.aor, headers: [`Contact: ${alice.contact}`] })
    const offered = await bob.expect('INVITE')
    bob.respond(offered, 180, 'Ringing', { toTag: 'bob' })
    await alice.expect('180 INVITE')
    expect(await desk.hears()).toBe('active, recipient early')
    bob.respond(offered, 486, 'Busy Here', { toTag: 'bob' })
    await bob.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    expect(await desk.hears()).toBe('active, recipient terminated')

    const routes = answer.headers('Record-Route').flatMap((line) => line.split(/,\s*/))
    const dialog = {
      ...facts,
      uri: uriOf(answer.header('Contact')),
      to: bob.account.aor,
      toTag: tagOf(answer.header('To')),
    }
    const inDialog = [...HEADERS, ...routes.toReversed().map((route) => `Route: ${route}`)]
    await desk.proves('SUBSCRIBE', { ...dialog, cSeq: 3, headers: [...inDialog, 'Expires: 900'] })
    expect((await desk.peer.expect('200 SUBSCRIBE')).header('Expires')).toBe('900')
    expect(await desk.hears()).toBe('active')
    await desk.proves('SUBSCRIBE', { ...dialog, cSeq: 5, headers: [...inDialog, 'Expires: 0'] })
    await desk.peer.expect('200 SUBSCRIBE')
    expect(await desk.hears()).toBe('terminated')
  })

  it('M12 a phone in a browser watches one on UDP that calls, and is called', async () => {
    const desk = await DeskPhone.open('127.0.3.3', 'watched')
    const watcher = await lab.phone('watcher')
    watcher.request('SUBSCRIBE', {
      uri: desk.account.aor,
      headers: [...HEADERS, `Contact: ${watcher.contact}`, 'Expires: 600'],
    })
    await watcher.expect('200 SUBSCRIBE')
    const hears = async () => {
      const notify = await watcher.expect('NOTIFY')
      watcher.respond(notify, 200, 'OK')
      return told(notify)
    }
    expect(await hears()).toBe('active')

    await desk.proves('INVITE', { uri: alice.account.aor, callId: 'call-of-watched', fromTag: 'c' })
    expect(await hears()).toBe('active, initiator trying')
    alice.respond(await alice.expect('INVITE'), 603, 'Decline')
    await alice.expect('ACK')
    await desk.peer.expect('603 INVITE')
    expect(await hears()).toBe('active, initiator terminated')

    const sent = alice.request('INVITE', { uri: desk.account.aor, headers: [`Contact: ${alice.contact}`] })
    const offered = await desk.peer.expect('INVITE')
    desk.peer.respond(offered, 180)
    expect(await hears()).toBe('active, recipient early')
    desk.peer.respond(offered, 486)
    await alice.expect('180 INVITE')
    alice.acknowledge(sent, await alice.expect('486 INVITE'))
    expect(await hears()).toBe('active, recipient terminated')
  })
})
