import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_HEAD_BYTES,
  MAX_STREAM_MESSAGE_BYTES,
  StreamFramer,
  type StreamPart,
} from '../../../../src/sip/transport/stream'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (part: StreamPart | undefined) =>
  part?.type === 'message' ? new TextDecoder().decode(part.bytes) : part?.type
const message = (body = '', name = 'Content-Length') =>
  `MESSAGE sip:a@b SIP/2.0\r\nCall-ID: x\r\n${name}: ${bytes(body).length}\r\n\r\n${body}`

describe('RFC 3261 §18.3 a byte stream', () => {
  it('gives the same messages however it is cut', () => {
    const part = fc.oneof(
      fc.string().map((body) => message(body)),
      fc.constant('\r\n\r\n'),
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (parts, cuts) => {
          const all = bytes(parts.join(''))
          const framer = new StreamFramer()
          const found: Array<string | undefined> = []
          for (let at = 0, i = 0; at < all.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1)
            found.push(...framer.push(all.subarray(at, end)).map(text))
            at = end
          }
          expect(found).toEqual(parts.map((p) => (p === '\r\n\r\n' ? 'ping' : p)))
        },
      ),
    )
  })

  it('waits for what is missing, and counts bytes, not characters', () => {
    const framer = new StreamFramer()
    const whole = bytes(message('äöü€'))
    expect(framer.push(whole.subarray(0, whole.length - 1))).toEqual([])
    expect(framer.push(whole.subarray(whole.length - 1)).map(text)).toEqual([message('äöü€')])
  })

  it('knows the compact form', () => {
    expect(new StreamFramer().push(bytes(message('hi', 'l'))).map(text)).toEqual([message('hi', 'l')])
  })

  it('RFC 4475 §3.1.1.1: knows a folded one', () => {
    const folded = 'OPTIONS sip:a SIP/2.0\r\nContent-Length\t:\r\n  2 \r\nX: y\r\n\r\nhi'
    expect(new StreamFramer().push(bytes(folded)).map(text)).toEqual([folded])
  })

  it('takes the same size of a header section in one piece and in many', () => {
    const line = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\nX: '
    const of = (length: number) => bytes(`${line}${'x'.repeat(length - line.length - 4)}\r\n\r\n`)
    const inPieces = (all: Uint8Array) => {
      const framer = new StreamFramer()
      return Array.from({ length: Math.ceil(all.length / 7) }, (_, i) => framer.push(all.subarray(i * 7, i * 7 + 7)))
        .flat()
        .map((part) => part.type)
    }
    for (const [length, type] of [
      [MAX_HEAD_BYTES, 'message'],
      [MAX_HEAD_BYTES + 1, 'broken'],
    ] as const) {
      expect(new StreamFramer().push(of(length)).map((part) => part.type)).toEqual([type])
      expect(inPieces(of(length))).toEqual([type])
    }
  })

  it('RFC 5626 §3.5.1: a single line end, the answer to a ping of ours, is passed over', () => {
    expect(new StreamFramer().push(bytes(`\r\n${message()}\r\n\r\n`)).map(text)).toEqual([message(), 'ping'])
  })

  it.each([
    ['no Content-Length', 'OPTIONS sip:a SIP/2.0\r\nCall-ID: x\r\n\r\n'],
    ['two of them', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\nl: 5\r\n\r\n'],
    ['two of them, one of which can not be read', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\nl: x\r\n\r\n'],
    ['one that is no number', 'OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n'],
    ['one that is too large', `OPTIONS sip:a SIP/2.0\r\nContent-Length: ${MAX_STREAM_MESSAGE_BYTES}\r\n\r\n`],
    ['a header section without end', `A${'x'.repeat(MAX_HEAD_BYTES)}`],
  ])('%s breaks it, and nothing is read after that', (_, stream) => {
    const framer = new StreamFramer()
    expect(framer.push(bytes(stream)).map((p) => p.type)).toEqual(['broken'])
    expect(framer.push(bytes(message()))).toEqual([])
  })
})
