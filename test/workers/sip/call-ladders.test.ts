import { evictDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CallsObject } from '../../../src/index'
import { AGAIN_MS } from '../../../src/objects/flow/relayed-requests'
import { dialog, establish, hangUp, pickUp, ring } from '../support/call'
import { flowOf, NOTHING, storedAtLast, wakeAfter } from '../support/objects'
import { admin, evictAll, play, type World } from '../support/world'

interface Item {
  readonly id: string
  readonly state: string
  readonly [field: string]: unknown
}

interface Details extends Item {
  readonly findings: readonly { readonly kind: string; readonly text: string }[]
  readonly ends: readonly { readonly end: string; readonly name: string }[]
  readonly messages: readonly { from: string; to: string; title: string; text: string; failed?: string }[]
}

/** The calls of a world, once what is under way is done. */
async function callsOf({ domain }: World, query = ''): Promise<Item[]> {
  await evictAll()
  const page = await admin('GET', `/v1/calls?domain=${domain}${query}`)
  return (page as { items: Item[] }).items
}

async function onlyCall(world: World): Promise<Details> {
  const [call, ...others] = await callsOf(world)
  expect(others).toEqual([])
  return (await admin('GET', `/v1/calls/${call?.id}`)) as Details
}

/** `caller>strowger INVITE` */
function lines({ messages }: Details): string[] {
  return messages.map(({ from, to, title, failed }) => `${from}>${to} ${title}${failed ? ` (${failed})` : ''}`)
}

const SET_UP = [
  'caller>strowger INVITE',
  'strowger>caller 100 Trying',
  'strowger>branch-0 INVITE',
  'branch-0>strowger 180 Ringing',
  'strowger>caller 180 Ringing',
]
const ANSWER = ['branch-0>strowger 200 OK', 'strowger>caller 200 OK', 'caller>branch-0 ACK']

afterEach(() => void vi.useRealTimers())

describe('the ladder of a call', () => {
  for (const sleeps of [false, true])
    test(`T12 M10 an answered call, from INVITE to the answer to its BYE${sleeps ? ', asleep while it rings and in between' : ''}`, () =>
      play(async (world) => {
        const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
        const ringing = await ring(alice, bob)
        if (sleeps) await evictAll()
        const call = await pickUp(alice, bob, ringing)
        if (sleeps) await evictAll()
        expect(await callsOf(world, '&state=running')).toMatchObject([{ state: 'answered' }])
        await hangUp(call.caller, call.callee)
        const shown = await onlyCall(world)
        expect(lines(shown)).toEqual([...SET_UP, ...ANSWER, 'caller>branch-0 BYE', 'branch-0>caller 200 OK'])
        expect(shown).toMatchObject({
          state: 'ended',
          result: 'answered',
          status: 200,
          endedBy: 'caller',
          caller: `alice@${world.domain}`,
          callee: `bob@${world.domain}`,
          callId: call.invite.header('Call-ID'),
          ends: [
            { end: 'caller', name: `alice@${world.domain}` },
            { end: 'strowger', name: 'Strowger' },
            { end: 'branch-0', name: `bob@${world.domain}` },
          ],
        })
        expect(shown.messages[0]?.text).toBe(call.invite.text)
        expect(shown.messages[2]?.text).toBe(call.offered.text)
      }))

  test('the callee hangs up, after a sleep', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await evictAll()
      await hangUp(call.callee, call.caller)
      const shown = await onlyCall(world)
      expect(lines(shown)).toEqual([...SET_UP, ...ANSWER, 'branch-0>caller BYE', 'caller>branch-0 200 OK'])
      expect(shown).toMatchObject({ endedBy: 'callee' })
    }))

  test('a call that rings is not there yet, and is cancelled after a sleep', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const { invite, offered } = await ring(alice, bob)
      expect(await callsOf(world)).toEqual([])
      alice.cancel(invite)
      await alice.expect('200 CANCEL')
      bob.respond(await bob.expect('CANCEL'), 200)
      bob.respond(offered, 487)
      await bob.expect('ACK')
      alice.acknowledge(invite, await alice.expect('487 INVITE'))
      const shown = await onlyCall(world)
      expect(shown).toMatchObject({ state: 'ended', result: 'cancelled', status: 487 })
      expect(await callsOf(world, '&state=running')).toEqual([])
      expect(await callsOf(world, '&result=answered')).toEqual([])
      expect(await callsOf(world, '&result=cancelled&state=ended')).toHaveLength(1)
      expect(lines(shown).slice(0, SET_UP.length)).toEqual(SET_UP)
      expect(lines(shown).slice(SET_UP.length).sort()).toEqual([
        'branch-0>strowger 487 Response',
        'caller>strowger ACK',
        'caller>strowger CANCEL',
        'strowger>branch-0 ACK',
        'strowger>branch-0 CANCEL',
        'strowger>caller 200 OK',
        'strowger>caller 487 Response',
      ])
    }))

  test('a call that is changed while it rings is not there yet, and has it all later', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const invite = alice.invite(bob.account.aor)
      await alice.expect('100 INVITE')
      const offered = await bob.expect('INVITE')
      bob.respond(offered, 180, { headers: [`Contact: ${bob.contact}`] })
      const early = dialog(alice, bob, invite, offered, await alice.expect('180 INVITE'))
      early.caller.request('UPDATE')
      bob.respond(await bob.expect('UPDATE'), 200)
      await alice.expect('200 UPDATE')
      expect(await callsOf(world)).toEqual([])
      bob.respond(offered, 486)
      await bob.expect('ACK')
      alice.acknowledge(invite, await alice.expect('486 INVITE'))
      const shown = await onlyCall(world)
      expect(shown).toMatchObject({ state: 'ended', status: 486 })
      expect(lines(shown)).toEqual(
        expect.arrayContaining([...SET_UP, 'caller>branch-0 UPDATE', 'branch-0>caller 200 OK']),
      )
    }))

  test('a re-INVITE and an INFO of a call that was long silent', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await evictAll()
      const again = call.callee.request('INVITE')
      alice.respond(await alice.expect('INVITE'), 200)
      await bob.expect('200 INVITE')
      call.callee.ack(again)
      await alice.expect('ACK')
      await evictAll()
      call.caller.request('INFO', {
        headers: ['Content-Type: application/dtmf-relay'],
        body: 'Signal=7\r\nDuration=160\r\n',
      })
      bob.respond(await bob.expect('INFO'), 200)
      await alice.expect('200 INFO')
      const shown = await onlyCall(world)
      expect(shown).toMatchObject({ state: 'answered' })
      expect(lines(shown).slice(SET_UP.length + ANSWER.length)).toEqual([
        'branch-0>caller INVITE',
        'caller>branch-0 200 OK',
        'branch-0>caller ACK',
        'caller>branch-0 INFO',
        'branch-0>caller 200 OK',
      ])
      const pressed = shown.messages.find(({ title }) => title === 'INFO')
      expect(pressed?.text).toContain('Signal=*\r\nDuration=160')
    }))

  test('a call that forks, and is answered by one of two; who lost is cancelled', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const second = await world.connect(bob.account, {})
      await second.register()
      const invite = alice.invite(bob.account.aor)
      await alice.expect('100 INVITE')
      const [one, two] = [await bob.expect('INVITE'), await second.expect('INVITE')]
      bob.respond(one, 180)
      await alice.expect('180 INVITE')
      second.respond(two, 200)
      const answer = await alice.expect('200 INVITE')
      const call = dialog(alice, second, invite, two, answer)
      call.caller.ack(invite)
      await second.expect('ACK')
      await bob.expect('CANCEL')
      bob.respond(one, 487)
      await bob.expect('ACK')
      await hangUp(call.caller, call.callee)
      const shown = await onlyCall(world)
      expect(shown.ends.map(({ name }) => name)).toEqual([
        `alice@${world.domain}`,
        'Strowger',
        `bob@${world.domain}`,
        `bob@${world.domain}`,
      ])
      expect(lines(shown).filter((line) => /^strowger>branch-. CANCEL$/.test(line))).toHaveLength(1)
      expect(shown.messages.find(({ title }) => title === 'CANCEL')?.text).toContain('Call completed elsewhere')
    }))

  test('a phone whose socket has closed: the ladder says why the request did not leave', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      await evictDurableObject(await flowOf(bob), { webSockets: 'close' })
      alice.invite(bob.account.aor)
      await alice.expect('100 INVITE')
      await alice.expect('480 INVITE')
      const shown = await onlyCall(world)
      expect(lines(shown)).toContain('strowger>branch-0 INVITE (its socket has closed)')
      expect(shown.findings.map(({ kind }) => kind)).toContain('socket-lost')
    }))
})

describe('calls that the script refuses', () => {
  test('of a caller who has proved who he is are there, with their challenges', () =>
    play(async (world) => {
      const alice = await world.phone('alice')
      const invite = alice.invite(`sip:nobody@${world.domain}`)
      alice.acknowledge(invite, await alice.expect('404 INVITE'))
      const shown = await onlyCall(world)
      expect(shown).toMatchObject({ state: 'ended', result: 'refused', status: 404, caller: `alice@${world.domain}` })
      expect(lines(shown)).toEqual([
        'caller>strowger INVITE',
        'strowger>caller 404 User not Registered',
        'caller>strowger ACK',
      ])
      expect(shown.findings.map(({ kind }) => kind)).toEqual(['nobody-registered'])
    }))

  test('G09 a stranger leaves nothing', () =>
    play(async (world) => {
      const mallory = await world.connect(world.account('mallory'))
      mallory.invite(`sip:nobody@${world.domain}`)
      await mallory.expect('407 INVITE')
      expect(await callsOf(world)).toEqual([])
    }))
})

describe('the record of a call that has ended', () => {
  test('M10 is told again when the object of its day did not answer, and only then is the call forgotten', () =>
    play(async (world) => {
      const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
      const call = await establish(alice, bob)
      await evictAll()
      const tell = vi.spyOn(CallsObject.prototype, 'tell').mockRejectedValue(new Error('away'))
      await hangUp(call.caller, call.callee)
      await evictAll()
      expect(world.events('call.untold')).toMatchObject([{ callId: call.invite.header('Call-ID') }])
      tell.mockRestore()
      expect(await onlyCall(world)).toMatchObject({ state: 'answered' })
      expect(await wakeAfter(AGAIN_MS, call.offered)).toBe(true)
      const shown = await onlyCall(world)
      expect(shown).toMatchObject({ state: 'ended', result: 'answered' })
      expect(lines(shown)).toContain('caller>branch-0 BYE')
      expect(await storedAtLast(call.offered)).toEqual(NOTHING)
    }))
})
