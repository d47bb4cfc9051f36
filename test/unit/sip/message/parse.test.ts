import { describe, expect, it } from 'vitest'
import { header, headerValues } from '../../../../src/sip/message/headers'
import { MAX_HEADERS, MAX_MESSAGE_BYTES, MAX_START_LINE } from '../../../../src/sip/message/limits'
import { decodeFrame, encodeFrame } from '../../../../src/sip/message/octets'
import { parse } from '../../../../src/sip/message/parse'
import { makeResponse } from '../../../../src/sip/message/respond'
import { serialize, toFrame } from '../../../../src/sip/message/serialize'
import { validateRequest } from '../../../../src/sip/message/validate'
import { OPTIONS_LINES, options, read, readRequest, readResponse, refusal, text } from './reading'

describe('the INVITE of RFC 3261 §24.2', () => {
  const invite = text(
    [
      'INVITE sip:bob@biloxi.com SIP/2.0',
      'Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8',
      'Max-Forwards: 70',
      'To: Bob <sip:bob@biloxi.com>',
      'From: Alice <sip:alice@atlanta.com>;tag=1928301774',
      'Call-ID: a84b4c76e66710',
      'CSeq: 314159 INVITE',
      'Contact: <sip:alice@pc33.atlanta.com>',
      'Content-Type: application/sdp',
      'Content-Length: 142',
    ],
    [
      'v=0',
      'o=alice 53655765 53655765 IN IP4 pc33.atlanta.com',
      's=-',
      'c=IN IP4 pc33.atlanta.com',
      't=0 0',
      'm=audio 49172 RTP/AVP 0',
      'a=rtpmap:0 PCMU/8000',
      '',
    ].join('\r\n'),
  )

  it('C16 parses, passes validation and goes out byte-equal', () => {
    const message = readRequest(invite)
    expect(message).toMatchObject({ method: 'INVITE', uri: 'sip:bob@biloxi.com' })
    expect(message.body).toHaveLength(142)
    expect(message.body).toContain('a=rtpmap:0 PCMU/8000')
    expect(validateRequest(message)).toBeUndefined()
    expect(serialize(message)).toBe(invite)
  })
})

describe('start line', () => {
  it('reads a request line', () => {
    expect(readRequest(options())).toMatchObject({ method: 'OPTIONS', uri: 'sip:bob@biloxi.example' })
  })

  it('reads a status line with and without a reason', () => {
    expect(readResponse('SIP/2.0 180 Ringing\r\n\r\n')).toMatchObject({ status: 180, reason: 'Ringing' })
    expect(readResponse('SIP/2.0 180 \r\n\r\n')).toMatchObject({ status: 180, reason: '' })
    expect(readResponse('SIP/2.0 200 好\r\n\r\n')).toMatchObject({ reason: '好' })
  })

  it.each([
    ['OPTIONS sip:bob@biloxi.example', '400 Malformed Request Line'],
    ['OPTIONS  sip:bob@biloxi.example SIP/2.0', '400 Malformed Request Line'],
    ['OPT[ONS sip:bob@biloxi.example SIP/2.0', '400 Malformed Method'],
    ['OPTIONS sip:bob@biloxi.example HTTP/1.1', '400 Malformed Request Line'],
    ['OPTIONS sip:bob\t@biloxi.example SIP/2.0', '400 Malformed Request-URI'],
    ['OPTIONS sip:bob@biloxi.example\nX:y SIP/2.0', '400 Malformed Request-URI'],
    ['OPTIONS sip:bob@biloxi.example SIP/3.0', '505 Version Not Supported'],
    ['SIP/2.0 099 Low', '400 Malformed Status Line'],
    ['SIP/2.0 700 High', '400 Malformed Status Line'],
    ['SIP/2.0 2000 Long', '400 Malformed Status Line'],
    ['SIP/3.0 200 OK', '400 Malformed Status Line'],
    ['SIP/2.0 200 OK\nVia: smuggled', '400 Malformed Status Line'],
    ['SIP/2.0 200 OK\rVia: smuggled', '400 Malformed Status Line'],
    ['OPTIONS', '400 Malformed Request Line'],
  ])('refuses %j', (line, reason) => {
    expect(refusal(`${line}\r\n${OPTIONS_LINES.slice(1).join('\r\n')}\r\n\r\n`)).toBe(reason)
  })

  it('refuses a frame without one', () => {
    expect(refusal('')).toBe('400 Malformed Request Line')
    expect(refusal('\r\n\r\n')).toBe('400 Malformed Request Line')
  })

  it('ignores empty lines before it (RFC 3261 §7.5)', () => {
    expect(serialize(read(`\r\n\r\n${options()}`))).toBe(options())
  })

  it('keeps what an answer needs when a request line is bad, and nothing of a bad status line', () => {
    const bad = parse(options().replace('SIP/2.0\r\n', 'SIP/2.0  \r\n'))
    expect(bad.message && header(bad.message, 'call-id')).toBe('asidkj3ss')
    expect(parse(options().replace(/^.*\r\n/, 'SIP/2.0 99 x\r\n')).message).toBeUndefined()
    expect(parse('\u0000\u0001junk').message).toBeUndefined()
  })
})

describe('header lines', () => {
  it('know compact and odd spellings by one key', () => {
    const message = read(text([OPTIONS_LINES[0], 'v: a', 'VIA : b', 'ViA\t:c', 'i:1', 'X-Own: y']))
    expect(message.headers.map((h) => h.key)).toEqual(['via', 'via', 'via', 'call-id', 'x-own'])
    expect(headerValues(message, 'via')).toEqual(['a', 'b', 'c'])
  })

  it('unfold (RFC 3261 §7.3.1) and keep the line as it came', () => {
    const folded = options(['Subject: I know\r\n \t you are  \r\n\tthere'])
    const message = read(folded)
    expect(header(message, 'subject')).toBe('I know you are there')
    expect(serialize(message)).toBe(folded)
  })

  it.each([
    ['X: a\nY: b', '400 Bare CR or LF in Header'],
    ['X: a\rY: b', '400 Bare CR or LF in Header'],
    ['no colon', '400 Malformed Header Line'],
    [': no name', '400 Malformed Header Line'],
    ['two words: x', '400 Malformed Header Line'],
    ['naïve: x', '400 Malformed Header Line'],
  ])('refuse %j and keep the good lines', (line, reason) => {
    const input = options([line])
    expect(refusal(input)).toBe(reason)
    expect(parse(input).message?.headers).toHaveLength(OPTIONS_LINES.length - 1)
  })

  it('refuse a continuation that continues nothing', () => {
    expect(refusal(`${OPTIONS_LINES[0]}\r\n Via: x\r\n\r\n`)).toBe('400 Malformed Header Line')
  })

  it('end with an empty line', () => {
    expect(refusal(OPTIONS_LINES.join('\r\n'))).toBe('400 Missing Empty Line After Headers')
  })
})

describe('body', () => {
  it('is the rest of the frame without Content-Length (RFC 7118 §5)', () => {
    expect(read(options([], 'rest')).body).toBe('rest')
  })

  it('counts Content-Length in bytes of UTF-8', () => {
    const body = 'naïve 好 😀'
    expect(read(options(['Content-Length: 15'], body)).body).toBe(body)
    expect(refusal(options(['Content-Length: 16'], body))).toBe('400 Content-Length Exceeds Body')
  })

  it('drops bytes beyond Content-Length (RFC 3261 §18.3)', () => {
    expect(read(options(['l: 4'], 'restmore')).body).toBe('rest')
    expect(read(options(['l:\r\n 6'], 'naïvexx')).body).toBe('naïve')
  })

  it('refuses a Content-Length that ends inside a character', () => {
    expect(refusal(options(['Content-Length: 3'], 'naïve'))).toBe('400 Content-Length Splits a Character')
    // Three of the four bytes would become U+FFFD, which is three bytes as well.
    expect(refusal(options(['Content-Length: 3'], '😀'))).toBe('400 Content-Length Splits a Character')
  })

  it.each(['-1', '+1', '1 2', '1,1', '0x1', '', '99999999999'])('refuses Content-Length %j', (length) => {
    expect(refusal(options([`Content-Length: ${length}`], 'xx'))).toBe('400 Malformed Content-Length')
  })

  it('refuses two Content-Lengths, even equal ones', () => {
    expect(refusal(options(['Content-Length: 1', 'l: 1'], 'x'))).toBe('400 Several Content-Length Headers')
  })

  it('J11 refuses a Content-Length beyond the body and takes the corrected one', () => {
    expect(refusal(options(['Content-Length: 18'], 'Hello world.'))).toBe('400 Content-Length Exceeds Body')
    expect(read(options(['Content-Length: 12'], 'Hello world.')).body).toBe('Hello world.')
  })
})

describe('frames', () => {
  it('that are not UTF-8 go out byte for byte', () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode(options(['Content-Length: 4'])), 0xff, 0x00, 0xc3, 0x28])
    const frame = decodeFrame(bytes)
    expect(frame.binary).toBe(true)
    expect(encodeFrame(toFrame(read(frame.text, frame.binary)))).toEqual(bytes)
  })

  it('that are binary but UTF-8 are read as text', () => {
    const frame = decodeFrame(new TextEncoder().encode(options([], '好')))
    expect(frame).toEqual({ text: options([], '好'), binary: false })
  })
})

describe('limits', () => {
  it('G11 answers 513 above MAX_MESSAGE_BYTES, counted in bytes', () => {
    const fill = (bytes: number, unit: string) => {
      const head = options(['X-Fill: 1'])
      return head + unit.repeat(Math.floor((bytes - head.length) / new TextEncoder().encode(unit).length))
    }
    expect(refusal(fill(MAX_MESSAGE_BYTES, 'x'))).toBe('accepted')
    expect(refusal(`${fill(MAX_MESSAGE_BYTES, 'x')}x`)).toBe('513 Message Too Large')
    expect(refusal(fill(MAX_MESSAGE_BYTES, '好'))).toBe('accepted')
    expect(refusal(`${fill(MAX_MESSAGE_BYTES, '好')}好`)).toBe('513 Message Too Large')
  })

  it('recovers a message that is too large far enough to answer it', () => {
    const result = parse(options([], 'x'.repeat(MAX_MESSAGE_BYTES)))
    if (result.ok || result.message?.kind !== 'request') throw new Error('not refused')
    const response = makeResponse(result.message, result.status, { toTag: 'a1' })
    expect(serialize(response)).toBe(
      text([
        'SIP/2.0 513 Message Too Large',
        ...OPTIONS_LINES.slice(1, 3),
        `${OPTIONS_LINES[3]};tag=a1`,
        ...OPTIONS_LINES.slice(4, 6),
        'Content-Length: 0',
      ]),
    )
  })

  it('reads no more of a binary frame than it takes to refuse it', () => {
    const frame = decodeFrame(new Uint8Array(4 * MAX_MESSAGE_BYTES).fill(0xff))
    expect(frame.text).toHaveLength(MAX_MESSAGE_BYTES + 1)
  })

  it('answers 513 above MAX_HEADERS', () => {
    const further = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: y`)
    expect(refusal(options(further(MAX_HEADERS - OPTIONS_LINES.length + 1)))).toBe('accepted')
    expect(refusal(options(further(MAX_HEADERS - OPTIONS_LINES.length + 2)))).toBe('513 Too Many Header Lines')
  })

  it('answers 414 above MAX_START_LINE', () => {
    const line = (length: number) => `OPTIONS sip:${'x'.repeat(length - 'OPTIONS sip: SIP/2.0'.length)} SIP/2.0`
    expect(refusal(text([line(MAX_START_LINE), ...OPTIONS_LINES.slice(1)]))).toBe('accepted')
    const long = parse(text([line(MAX_START_LINE + 1), ...OPTIONS_LINES.slice(1)]))
    expect(long).toMatchObject({ ok: false, status: 414, reason: 'Request-URI Too Long' })
    expect(long.message && header(long.message, 'cseq')).toBe('1 OPTIONS')
  })

  it.each([
    ['blanks before a fold', `Subject: a${' '.repeat(60_000)}b\r\n c`],
    ['blanks in a Via', `Via: SIP/2.0/UDP host${' '.repeat(60_000)}x`],
    ['commas', `Via: ${','.repeat(60_000)}`],
    ['semicolons', `Route: <sip:host>${';a'.repeat(30_000)}`],
    ['quotes', `Route: "${'\\"'.repeat(30_000)}`],
  ])('reads a header of 60,000 %s in linear time', (_, line) => {
    const startedAt = performance.now()
    const message = readRequest(options([line]))
    validateRequest(message)
    header(message, 'subject')
    // Quadratic time would be seconds.
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})
