import { describe, expect, it } from 'vitest'
import {
  type ServerInviteInput,
  startServerInvite,
  stepServerInvite,
} from '../../../../src/sip/transaction/server-invite'
import { Play, send, start, stop, terminate, transportFailed } from './play'

const play = (reliable: boolean) => new Play(startServerInvite(reliable), stepServerInvite)
const timer = (name: 'G' | 'H' | 'I' | 'L'): ServerInviteInput => ({ type: 'timer', timer: name })
const text = (status: number) => `SIP/2.0 ${status} Text\r\n\r\n`
const respond = (status: number): ServerInviteInput => ({ type: 'respond', status, response: text(status) })
const request: ServerInviteInput = { type: 'request' }
const ack: ServerInviteInput = { type: 'ack' }
const transportError: ServerInviteInput = { type: 'transport-error' }
const states: [string, ...ServerInviteInput[]][] = [
  ['proceeding'],
  ['proceeding', respond(180)],
  ['accepted', respond(200)],
  ['completed', respond(486)],
]
const allTimers = (['G', 'H', 'I', 'L'] as const).map(timer)

describe.each([true, false])('the INVITE server transaction (RFC 3261 §17.2.1), reliable: %s', (reliable) => {
  it('starts in "proceeding" and has nothing to repeat yet', () => {
    const invite = play(reliable)
    expect(invite.effects).toEqual([])
    invite.absorbs(request, ack, ...allTimers)
  })

  it('D08 answers a retransmitted INVITE with the last provisional response', () => {
    const invite = play(reliable).give(respond(100))
    expect(invite.effects).toEqual([send(text(100))])
    expect(invite.give(request).effects).toEqual([send(text(100))])
    expect(invite.give(respond(180)).effects).toEqual([send(text(180))])
    expect(invite.give(request).effects).toEqual([send(text(180))])
    expect(invite.give(request).effects).toEqual([send(text(180))])
    expect(invite.state.state).toBe('proceeding')
    invite.absorbs(ack, ...allTimers)
  })

  it('goes to "accepted" with a 2xx and runs Timer L (RFC 6026 §7.1)', () => {
    const invite = play(reliable).give(respond(180), respond(200))
    expect(invite.effects).toEqual([send(text(200)), start('L', 32_000)])
    expect(invite.state).toEqual({ machine: 'server-invite', reliable, state: 'accepted' })
  })

  it('absorbs retransmitted INVITEs, late timers and other responses in "accepted"', () => {
    play(reliable).give(respond(200)).absorbs(request, respond(180), respond(486), timer('G'), timer('H'), timer('I'))
  })

  it('lets every further 2xx of the transaction user out in "accepted"', () => {
    const invite = play(reliable).give(respond(200))
    expect(invite.give(respond(200)).effects).toEqual([send(text(200))])
    expect(invite.give(respond(202)).effects).toEqual([send(text(202))])
    expect(invite.state.state).toBe('accepted')
  })

  it('delivers each ACK that comes in "accepted"', () => {
    const invite = play(reliable).give(respond(200))
    expect(invite.give(ack).effects).toEqual([{ type: 'deliver-ack' }])
    expect(invite.give(ack).effects).toEqual([{ type: 'deliver-ack' }])
    expect(invite.state.state).toBe('accepted')
  })

  it('ends when Timer L fires', () => {
    const invite = play(reliable).give(respond(200), timer('L'))
    expect(invite.effects).toEqual([terminate])
    expect(invite.state.state).toBe('terminated')
  })

  it('answers a retransmitted INVITE in "completed" with the final response', () => {
    const invite = play(reliable).give(respond(180), respond(486))
    expect(invite.give(request).effects).toEqual([send(text(486))])
    expect(invite.state.state).toBe('completed')
  })

  it('A08 discards a second final response', () => {
    play(reliable).give(respond(486)).absorbs(respond(180), respond(200), respond(503))
  })

  it('reports a missing ACK when Timer H fires', () => {
    const invite = play(reliable).give(respond(486), timer('H'))
    expect(invite.effects).toEqual([{ type: 'ack-missing' }, terminate])
    expect(invite.state.state).toBe('terminated')
  })

  it.each(states)('reports a transport failure and stays in %s (RFC 6026 §7.1)', (name, ...before) => {
    const invite = play(reliable).give(...before)
    const { state } = invite
    expect(state.state).toBe(name)
    expect(invite.give(transportError).effects).toEqual([transportFailed])
    expect(invite.state).toEqual(state)
  })

  it('absorbs everything once terminated', () => {
    play(reliable)
      .give(respond(200), timer('L'))
      .absorbs(request, ack, respond(180), respond(200), respond(486), transportError, ...allTimers)
  })

  it('throws when the transaction user gives a status that is none', () => {
    expect(() => play(reliable).give(respond(0))).toThrow('not a SIP status')
  })
})

describe('the INVITE server transaction over an unreliable transport', () => {
  it('goes to "completed" with a final response and runs Timers G and H', () => {
    const invite = play(false).give(respond(180), respond(486))
    expect(invite.effects).toEqual([send(text(486)), start('H', 32_000), start('G', 500)])
    expect(invite.state.state).toBe('completed')
    invite.absorbs(timer('I'), timer('L'))
  })

  it('repeats the final response whenever Timer G fires, doubling its interval up to T2', () => {
    const invite = play(false).give(respond(486))
    for (const afterMs of [1_000, 2_000, 4_000, 4_000]) {
      expect(invite.give(timer('G')).effects).toEqual([send(text(486)), start('G', afterMs)])
    }
  })

  it('goes to "confirmed" with the ACK and runs Timer I', () => {
    const invite = play(false).give(respond(486), ack)
    expect(invite.effects).toEqual([stop('G'), stop('H'), start('I', 5_000)])
    expect(invite.state).toEqual({ machine: 'server-invite', reliable: false, state: 'confirmed' })
  })

  it('D10 absorbs repeated ACKs, late INVITEs and late timers in "confirmed"', () => {
    const invite = play(false).give(respond(486), ack)
    invite.absorbs(ack, request, respond(200), timer('G'), timer('H'), timer('L'))
  })

  it('ends when Timer I fires', () => {
    const invite = play(false).give(respond(486), ack, timer('I'))
    expect(invite.effects).toEqual([terminate])
    expect(invite.state.state).toBe('terminated')
  })
})

describe('the INVITE server transaction over a reliable transport', () => {
  it('sends the final response once: Timer G never runs, Timer H does', () => {
    const invite = play(true).give(respond(486))
    expect(invite.effects).toEqual([send(text(486)), start('H', 32_000)])
    expect(invite.state.state).toBe('completed')
    invite.absorbs(timer('G'), timer('I'), timer('L'))
  })

  it('ends with the ACK: Timer I is zero', () => {
    const invite = play(true).give(respond(486), ack)
    expect(invite.effects).toEqual([stop('H'), terminate])
    expect(invite.state.state).toBe('terminated')
  })
})
