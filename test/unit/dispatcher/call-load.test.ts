import { describe, expect, it } from 'vitest'
import { CallLoad, MAX_COUNTED_CALL_MS } from '../../../src/dispatcher/call-load'

describe('K01 calls in progress', () => {
  it('a call counts once, where it is now, until it ends', () => {
    const load = new CallLoad()
    load.began('one', 'a', 0)
    load.began('two', 'a', 0)
    expect([load.of('a'), load.of('b')]).toEqual([2, 0])
    load.began('one', 'b', 1)
    expect([load.of('a'), load.of('b')]).toEqual([1, 1])
    load.ended('two')
    load.ended('two')
    load.ended('never seen')
    expect([load.of('a'), load.of('b')]).toEqual([0, 1])
  })

  it('a refusal of a destination that the call has left changes nothing', () => {
    const load = new CallLoad()
    load.began('one', 'b', 0)
    load.ended('one', 'a')
    expect(load.of('b')).toBe(1)
    load.ended('one', 'b')
    expect(load.of('b')).toBe(0)
  })

  it('a call whose BYE never comes is forgotten', () => {
    const load = new CallLoad()
    load.began('lost', 'a', 0)
    load.began('later', 'a', MAX_COUNTED_CALL_MS - 1)
    expect(load.of('a')).toBe(2)
    load.began('new', 'b', MAX_COUNTED_CALL_MS)
    expect(load.of('a')).toBe(1)
  })
})
