import { describe, expect, it } from 'vitest'
import { asBytes, byteLength, decodeFrame, encodeFrame, narrowToBytes } from '../../../../src/sip/message/octets'

describe('octets', () => {
  it.each([
    '',
    'ascii',
    'naïve',
    '好',
    '😀',
    'a😀é好z',
    '\ud83d',
    '\ude00\ud83d',
    '\ud83d好',
    '\x7f\x80\u07ff\u0800\uffff',
  ])('of %j are counted as they are sent', (text) => {
    expect(byteLength(text)).toBe(new TextEncoder().encode(text).length)
  })

  it('are cut between characters only', () => {
    expect(narrowToBytes('naïve', 4)).toBe('naï')
    expect(narrowToBytes('naïve', 3)).toBeUndefined()
    expect(narrowToBytes('\ufeffa', 3)).toBe('\ufeff')
  })

  it('of a text become one character each', () => {
    expect(asBytes('aé')).toBe('a\xc3\xa9')
    expect(asBytes('plain')).toBe('plain')
  })

  it('of a binary frame never turn a letter into a line break', () => {
    // The low bytes of č and Ċ are CR and LF.
    expect(encodeFrame({ text: 'X: čĊ\xff', binary: true })).toEqual(
      Uint8Array.from([0x58, 0x3a, 0x20, 0xc4, 0x8d, 0xc4, 0x8a, 0xff]),
    )
  })

  it('of a frame survive decoding and encoding, UTF-8 or not', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(encodeFrame(decodeFrame(all))).toEqual(all)
    expect(encodeFrame(decodeFrame(all.buffer))).toEqual(all)
    expect(encodeFrame(decodeFrame('text 好'))).toBe('text 好')
    expect(encodeFrame(decodeFrame(new TextEncoder().encode('\ufeffbom')))).toBe('\ufeffbom')
  })
})
