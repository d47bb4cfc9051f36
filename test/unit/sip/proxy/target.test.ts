import { expect, it } from 'vitest'
import { distinctTargets } from '../../../../src/sip/proxy/target'
import { phone } from '../../support/call'

const [b, c, d] = [phone('b'), phone('c'), phone('d')]

it('C10 a target that is there twice is tried once, in its first group', () => {
  expect(distinctTargets([[b, c, b], [c, d], [b]])).toEqual([[b, c], [d]])
})

it('the same contact on two flows is two targets', () => {
  const moved = { ...b, flow: 'object-z.tag-z' }
  expect(distinctTargets([[b, moved]])).toEqual([[b, moved]])
})

it('empty groups vanish', () => {
  expect(distinctTargets([[], [b], []])).toEqual([[b]])
  expect(distinctTargets([])).toEqual([])
})
