import { expect, it } from 'vitest'
import { distinctTargets } from '../../../../src/sip/proxy/target'
import { phone } from '../../support/call'

const [b, c, d] = [phone('b'), phone('c'), phone('d')]

it('C10 a target that is there twice is tried once, in its first group', () => {
  expect(distinctTargets([[b, c, b], [c, d], [b]])).toEqual([[b, c], [d]])
})

it('L12 the same contact behind two Routes of one flow is two targets', () => {
  const [one, two] = ['UDP:192.0.2.1:5060', 'UDP:192.0.2.2:5060'].map((to) => ({
    ...phone('g'),
    path: [`<sip:g;to=${to}>`],
  }))
  expect(distinctTargets([[one, two, one].flatMap((target) => target ?? [])])).toEqual([[one, two]])
})

it('the same contact on two flows is two targets', () => {
  const moved = { ...b, flow: 'object-z.tag-z' }
  expect(distinctTargets([[b, moved]])).toEqual([[b, moved]])
})

it('empty groups vanish', () => {
  expect(distinctTargets([[], [b], []])).toEqual([[b]])
  expect(distinctTargets([])).toEqual([])
})
