import { describe, expect, it } from 'vitest'
import {
  type ServerNonInviteInput,
  startServerNonInvite,
  stepServerNonInvite,
} from '../../../../src/sip/transaction/server-non-invite'
import { Play, send, start, terminate, transportFailed } from './play'

const play = (reliable: boolean) => new Play(startServerNonInvite(reliable), stepServerNonInvite)
const text = (status: number) => `SIP/2.0 ${status} Text\r\n\r\n`
const respond = (status: number): ServerNonInviteInput => ({ type: 'respond', status, response: text(status) })
const request: ServerNonInviteInput = { type: 'request' }
const timerJ: ServerNonInviteInput = { type: 'timer', timer: 'J' }
const transportError: ServerNonInviteInput = { type: 'transport-error' }

describe.each([true, false])('the non-INVITE server transaction (RFC 3261 §17.2.2), reliable: %s', (reliable) => {
  it('D09 absorbs retransmissions while it has no response', () => {
    const transaction = play(reliable)
    expect(transaction.effects).toEqual([])
    transaction.absorbs(request, request, timerJ, transportError)
  })

  it('D08 answers a retransmission in "proceeding" with the last provisional response', () => {
    const transaction = play(reliable).give(respond(100))
    expect(transaction.effects).toEqual([send(text(100))])
    expect(transaction.state.state).toBe('proceeding')
    expect(transaction.give(request).effects).toEqual([send(text(100))])
    expect(transaction.give(respond(183)).effects).toEqual([send(text(183))])
    expect(transaction.give(request).effects).toEqual([send(text(183))])
    expect(transaction.state.state).toBe('proceeding')
    transaction.absorbs(timerJ)
  })

  it('ends with a transport failure in "proceeding"', () => {
    const transaction = play(reliable).give(respond(100), transportError)
    expect(transaction.effects).toEqual([transportFailed, terminate])
    expect(transaction.state.state).toBe('terminated')
  })

  it('absorbs everything once terminated', () => {
    const transaction = play(reliable).give(respond(100), transportError)
    transaction.absorbs(request, respond(100), respond(200), timerJ, transportError)
  })

  it('throws when the transaction user gives a status that is none', () => {
    expect(() => play(reliable).give(respond(700))).toThrow('not a SIP status')
  })
})

describe('the non-INVITE server transaction over an unreliable transport', () => {
  it.each([200, 302, 404, 503, 603])('goes to "completed" with %i and runs Timer J', (status) => {
    for (const before of [[], [respond(100)]]) {
      const transaction = play(false).give(...before, respond(status))
      expect(transaction.effects).toEqual([send(text(status)), start('J', 32_000)])
      expect(transaction.state.state).toBe('completed')
    }
  })

  it('B16 answers a retransmission in "completed" with the stored final response', () => {
    const transaction = play(false).give(respond(200))
    expect(transaction.give(request).effects).toEqual([send(text(200))])
    expect(transaction.give(request).effects).toEqual([send(text(200))])
    expect(transaction.state.state).toBe('completed')
  })

  it('A08 discards a second final response', () => {
    play(false).give(respond(200)).absorbs(respond(100), respond(200), respond(500))
  })

  it('ends when Timer J fires', () => {
    const transaction = play(false).give(respond(200), timerJ)
    expect(transaction.effects).toEqual([terminate])
    expect(transaction.state.state).toBe('terminated')
  })

  it('ends with a transport failure in "completed"', () => {
    const transaction = play(false).give(respond(200), transportError)
    expect(transaction.effects).toEqual([transportFailed, terminate])
    expect(transaction.state.state).toBe('terminated')
  })
})

describe('the non-INVITE server transaction over a reliable transport', () => {
  it('ends at once with a final response: Timer J is zero', () => {
    for (const before of [[], [respond(100)]]) {
      const transaction = play(true).give(...before, respond(200))
      expect(transaction.effects).toEqual([send(text(200)), terminate])
      expect(transaction.state.state).toBe('terminated')
    }
  })
})
