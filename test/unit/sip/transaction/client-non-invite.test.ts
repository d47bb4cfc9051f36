import { describe, expect, it } from 'vitest'
import {
  type ClientNonInviteInput,
  startClientNonInvite,
  stepClientNonInvite,
} from '../../../../src/sip/transaction/client-non-invite'
import { deliver, Play, sendRequest, start, stop, terminate, transportFailed } from './play'

const play = (reliable: boolean) => new Play(startClientNonInvite(reliable), stepClientNonInvite)
const timer = (name: 'E' | 'F' | 'K'): ClientNonInviteInput => ({ type: 'timer', timer: name })
const response = (status: number): ClientNonInviteInput => ({ type: 'response', status })
const transportError: ClientNonInviteInput = { type: 'transport-error' }
const beforeFinal: [string, ...ClientNonInviteInput[]][] = [['trying'], ['proceeding', response(100)]]

describe.each([true, false])('the non-INVITE client transaction (RFC 3261 §17.1.2), reliable: %s', (reliable) => {
  it.each(beforeFinal)('ends with a timeout when Timer F fires in %s', (_, ...before) => {
    const transaction = play(reliable).give(...before, timer('F'))
    expect(transaction.effects).toEqual([{ type: 'timeout' }, terminate])
    expect(transaction.state.state).toBe('terminated')
  })

  it.each(beforeFinal)('ends with a transport failure in %s', (_, ...before) => {
    const transaction = play(reliable).give(...before, transportError)
    expect(transaction.effects).toEqual([transportFailed, terminate])
    expect(transaction.state.state).toBe('terminated')
  })

  it('goes to "proceeding" with a provisional response, its timers running on', () => {
    const transaction = play(reliable).give(response(100))
    expect(transaction.effects).toEqual([deliver])
    expect(transaction.state.state).toBe('proceeding')
    expect(transaction.give(response(100)).effects).toEqual([deliver])
    expect(transaction.state.state).toBe('proceeding')
  })

  it('absorbs everything once terminated', () => {
    const inputs = [response(100), response(200), response(503), transportError, timer('E'), timer('F'), timer('K')]
    play(reliable)
      .give(timer('F'))
      .absorbs(...inputs)
  })

  it('throws on a status that no parser lets through', () => {
    expect(() => play(reliable).give(response(0))).toThrow('not a SIP status')
  })
})

describe('the non-INVITE client transaction over an unreliable transport', () => {
  it('sends the request and runs Timers E and F', () => {
    expect(play(false).effects).toEqual([sendRequest, start('F', 32_000), start('E', 500)])
  })

  it('repeats the request whenever Timer E fires, doubling its interval up to T2', () => {
    const transaction = play(false)
    for (const afterMs of [1_000, 2_000, 4_000, 4_000]) {
      expect(transaction.give(timer('E')).effects).toEqual([sendRequest, start('E', afterMs)])
    }
    transaction.absorbs(timer('K'))
  })

  it('repeats the request every T2 in "proceeding"', () => {
    const transaction = play(false).give(response(100))
    expect(transaction.give(timer('E')).effects).toEqual([sendRequest, start('E', 4_000)])
    expect(transaction.give(timer('E')).effects).toEqual([sendRequest, start('E', 4_000)])
    expect(transaction.state.state).toBe('proceeding')
    transaction.absorbs(timer('K'))
  })

  it.each([200, 302, 404, 503, 603])('goes to "completed" with %i and runs Timer K', (status) => {
    for (const before of [[], [response(100)]]) {
      const transaction = play(false).give(...before, response(status))
      expect(transaction.effects).toEqual([stop('E'), stop('F'), deliver, start('K', 5_000)])
      expect(transaction.state).toEqual({ machine: 'client-non-invite', reliable: false, state: 'completed' })
    }
  })

  it('absorbs repeated responses and late timers in "completed"', () => {
    const transaction = play(false).give(response(200))
    transaction.absorbs(response(200), response(100), response(404), timer('E'), timer('F'), transportError)
  })

  it('ends when Timer K fires', () => {
    const transaction = play(false).give(response(200), timer('K'))
    expect(transaction.effects).toEqual([terminate])
    expect(transaction.state.state).toBe('terminated')
  })
})

describe('the non-INVITE client transaction over a reliable transport', () => {
  it('sends the request once: Timer E never runs', () => {
    const transaction = play(true)
    expect(transaction.effects).toEqual([sendRequest, start('F', 32_000)])
    transaction.absorbs(timer('E'))
    transaction.give(response(100)).absorbs(timer('E'))
  })

  it('ends at once with a final response: Timer K is zero', () => {
    for (const before of [[], [response(100)]]) {
      const transaction = play(true).give(...before, response(200))
      expect(transaction.effects).toEqual([stop('F'), deliver, terminate])
      expect(transaction.state.state).toBe('terminated')
    }
  })
})
