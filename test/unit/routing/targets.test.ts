import { expect, it } from 'vitest'
import { byQ, parallel, serial } from '../../../src/routing'
import { phone } from '../support/call'

const [b, c, d] = [phone('b', { q: 0.5 }), phone('c', { q: 1 }), phone('d', { q: 0.5 })]

it('parallel: one group rings together', () => {
  expect(parallel(b, c)).toEqual([b, c])
})

it('serial: one after the other, in this order', () => {
  expect(serial(b, c)).toEqual([[b], [c]])
})

it('L21 L23 RFC 3261 §16.6 byQ: the highest q first, one q together', () => {
  expect(byQ([b, c, d])).toEqual([[c], [b, d]])
  expect(byQ([])).toEqual([])
})
