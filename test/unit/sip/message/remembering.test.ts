import { describe, expect, it } from 'vitest'
import { MEMO_LENGTH, MEMO_TEXTS, remembering } from '../../../../src/sip/message/remembering'

describe('a function that remembers', () => {
  function counting() {
    const asked: string[] = []
    const read = remembering((text: string) => {
      asked.push(text)
      return text === 'none' ? undefined : { text }
    })
    return { asked, read }
  }

  it('is asked once for a text, also when the answer is undefined', () => {
    const { asked, read } = counting()
    expect(read('a')).toBe(read('a'))
    expect([read('none'), read('none')]).toEqual([undefined, undefined])
    expect(asked).toEqual(['a', 'none'])
  })

  it('keeps what is in use and forgets the rest, so that strangers can not fill it', () => {
    const { asked, read } = counting()
    for (let i = 0; i < 10 * MEMO_TEXTS; i++) {
      read('in use')
      read(`stranger ${i}`)
    }
    expect(asked.filter((text) => text === 'in use')).toHaveLength(1)
    read('stranger 0')
    expect(asked.filter((text) => text === 'stranger 0')).toHaveLength(2)
  })

  it('does not keep long texts', () => {
    const { asked, read } = counting()
    const long = 'x'.repeat(MEMO_LENGTH + 1)
    expect(read(long)).toEqual(read(long))
    expect(asked).toEqual([long, long])
  })
})
