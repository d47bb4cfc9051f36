import { describe, expect, it } from 'vitest'
import {
  type ClientInviteInput,
  startClientInvite,
  stepClientInvite,
} from '../../../../src/sip/transaction/client-invite'
import { deliver, Play, sendRequest, start, stop, terminate, transportFailed } from './play'

const play = (reliable: boolean) => new Play(startClientInvite(reliable), stepClientInvite)
const timer = (name: 'A' | 'B' | 'D' | 'M'): ClientInviteInput => ({ type: 'timer', timer: name })
const response = (status: number): ClientInviteInput => ({ type: 'response', status })
const transportError: ClientInviteInput = { type: 'transport-error' }
const sendAck = { type: 'send-ack' }

describe.each([true, false])('the INVITE client transaction (RFC 3261 §17.1.1), reliable: %s', (reliable) => {
  const stops = reliable ? [stop('B')] : [stop('A'), stop('B')]

  it('ends with a timeout when Timer B fires in "calling"', () => {
    const invite = play(reliable).give(timer('B'))
    expect(invite.effects).toEqual([{ type: 'timeout' }, terminate])
    expect(invite.state.state).toBe('terminated')
  })

  it('ends with a transport failure when the request cannot be sent', () => {
    const invite = play(reliable).give(transportError)
    expect(invite.effects).toEqual([transportFailed, terminate])
    expect(invite.state.state).toBe('terminated')
  })

  it('goes to "proceeding" with a provisional response and waits there without timers', () => {
    const invite = play(reliable).give(response(100))
    expect(invite.effects).toEqual([...stops, deliver])
    expect(invite.state).toEqual({ machine: 'client-invite', reliable, state: 'proceeding' })
    expect(invite.give(response(180)).effects).toEqual([deliver])
    expect(invite.give(response(180)).effects).toEqual([deliver])
    expect(invite.state.state).toBe('proceeding')
  })

  it('absorbs late timers and a late transport error in "proceeding"', () => {
    play(reliable).give(response(180)).absorbs(timer('A'), timer('B'), timer('D'), timer('M'), transportError)
  })

  it('goes from "calling" to "accepted" with a 2xx and runs Timer M (RFC 6026 §7.2)', () => {
    const invite = play(reliable).give(response(200))
    expect(invite.effects).toEqual([...stops, deliver, start('M', 32_000)])
    expect(invite.state).toEqual({ machine: 'client-invite', reliable, state: 'accepted' })
  })

  it('goes from "proceeding" to "accepted" with a 2xx', () => {
    const invite = play(reliable).give(response(180), response(200))
    expect(invite.effects).toEqual([deliver, start('M', 32_000)])
    expect(invite.state.state).toBe('accepted')
  })

  it('delivers every further 2xx in "accepted" and nothing else', () => {
    const invite = play(reliable).give(response(200))
    expect(invite.give(response(200)).effects).toEqual([deliver])
    expect(invite.give(response(202)).effects).toEqual([deliver])
    invite.absorbs(response(180), response(486), timer('A'), timer('B'), timer('D'), transportError)
    expect(invite.state.state).toBe('accepted')
  })

  it('ends when Timer M fires', () => {
    const invite = play(reliable).give(response(200), timer('M'))
    expect(invite.effects).toEqual([terminate])
    expect(invite.state.state).toBe('terminated')
  })

  it('absorbs everything once terminated', () => {
    const inputs = [
      response(180),
      response(200),
      response(486),
      transportError,
      ...(['A', 'B', 'D', 'M'] as const).map(timer),
    ]
    play(reliable)
      .give(timer('B'))
      .absorbs(...inputs)
    play(reliable)
      .give(response(200), timer('M'))
      .absorbs(...inputs)
  })

  it('throws on a status that no parser lets through', () => {
    for (const status of [99, 700, 200.5, Number.NaN]) {
      expect(() => play(reliable).give(response(status))).toThrow('not a SIP status')
    }
  })
})

describe('the INVITE client transaction over an unreliable transport', () => {
  it('sends the request and runs Timers A and B', () => {
    expect(play(false).effects).toEqual([sendRequest, start('B', 32_000), start('A', 500)])
  })

  it('repeats the request whenever Timer A fires, doubling its interval without bound', () => {
    const invite = play(false)
    for (const afterMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]) {
      expect(invite.give(timer('A')).effects).toEqual([sendRequest, start('A', afterMs)])
    }
    invite.absorbs(timer('D'), timer('M'))
  })

  it.each([300, 401, 486, 503, 699])('acknowledges %i, goes to "completed" and runs Timer D', (status) => {
    const effects = [sendAck, deliver, start('D', 32_000)]
    expect(play(false).give(response(status)).effects).toEqual([stop('A'), stop('B'), ...effects])
    const invite = play(false).give(response(180), response(status))
    expect(invite.effects).toEqual(effects)
    expect(invite.state).toEqual({ machine: 'client-invite', reliable: false, state: 'completed' })
  })

  it('acknowledges every repeated final response in "completed" and delivers none', () => {
    const invite = play(false).give(response(486))
    expect(invite.give(response(486)).effects).toEqual([sendAck])
    expect(invite.give(response(486)).effects).toEqual([sendAck])
    invite.absorbs(response(180), response(200), timer('A'), timer('B'), timer('M'))
    expect(invite.state.state).toBe('completed')
  })

  it('ends when Timer D fires', () => {
    const invite = play(false).give(response(486), timer('D'))
    expect(invite.effects).toEqual([terminate])
    expect(invite.state.state).toBe('terminated')
  })

  it('ends with a transport failure when the ACK cannot be sent', () => {
    const invite = play(false).give(response(486), transportError)
    expect(invite.effects).toEqual([transportFailed, terminate])
    expect(invite.state.state).toBe('terminated')
  })
})

describe('the INVITE client transaction over a reliable transport', () => {
  it('sends the request once: Timer A never runs', () => {
    const invite = play(true)
    expect(invite.effects).toEqual([sendRequest, start('B', 32_000)])
    invite.absorbs(timer('A'), timer('D'), timer('M'))
  })

  it('ends at once with a final response other than 2xx: Timer D is zero', () => {
    expect(play(true).give(response(486)).effects).toEqual([stop('B'), sendAck, deliver, terminate])
    const invite = play(true).give(response(180), response(486))
    expect(invite.effects).toEqual([sendAck, deliver, terminate])
    expect(invite.state.state).toBe('terminated')
  })
})
