import { describe, expect, it } from 'vitest'
import { validateAddresses, validateRequest, validateResponse } from '../../../../src/sip/message/validate'
import { OPTIONS_LINES, options, readRequest, readResponse, text } from './reading'

function fault(input: string): string | undefined {
  return validateRequest(readRequest(input))
}

/** The OPTIONS with one line replaced, or removed. */
function changed(start: string, line?: string): string {
  return text(OPTIONS_LINES.flatMap((l) => (!l.startsWith(start) ? [l] : line === undefined ? [] : [line])))
}

describe('G11 reasonable syntax (RFC 3261 §16.3 step 1)', () => {
  it('accepts what a proxy can process, known or not', () => {
    expect(fault(options())).toBeUndefined()
    expect(fault(options(['X-Unknown: ;;,,', 'Route: <sip:a;lr>, <sip:b;lr>']))).toBeUndefined()
    expect(fault(changed('OPTIONS', 'OPTIONS tel:+15551234 SIP/2.0'))).toBeUndefined()
    expect(fault(changed('Max-Forwards'))).toBeUndefined()
  })

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('refuses a request without %s', (name) => {
    expect(fault(changed(name))).toBe(`Missing ${name} Header`)
  })

  it.each(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards'])('refuses a request with several %s', (name) => {
    expect(fault(options([OPTIONS_LINES.find((line) => line.startsWith(name)) ?? '']))).toBe(`Several ${name} Headers`)
  })

  it.each([
    ['Via', 'Via: SIP/2.0/UDP a, SIP/2.0/UDP b;;', 'Malformed Via Header'],
    ['From', 'From: Alice', 'Malformed From Header'],
    ['To', 'To: "Bob <sip:bob@b>', 'Malformed To Header'],
    ['CSeq', 'CSeq: OPTIONS', 'Malformed CSeq Header'],
    ['CSeq', 'CSeq: 1 options', 'CSeq Method Does Not Match'],
    ['CSeq', 'CSeq: 1 INVITE', 'CSeq Method Does Not Match'],
    ['Call-ID', 'Call-ID:', 'Malformed Call-ID Header'],
    ['Call-ID', 'Call-ID: a b', 'Malformed Call-ID Header'],
    ['Max-Forwards', 'Max-Forwards: 256', 'Malformed Max-Forwards Header'],
    ['Max-Forwards', 'Max-Forwards: -1', 'Malformed Max-Forwards Header'],
    ['Max-Forwards', 'Max-Forwards:', 'Malformed Max-Forwards Header'],
    ['Max-Forwards', 'Route: sip', 'Malformed Route Header'],
    ['OPTIONS', 'OPTIONS bob SIP/2.0', 'Malformed Request-URI'],
    ['OPTIONS', 'OPTIONS sip:bob@ SIP/2.0', 'Malformed Request-URI'],
    ['OPTIONS', 'OPTIONS sip:bob@b?Subject=x SIP/2.0', 'Headers in Request-URI'],
  ])('refuses a request whose %s is %j', (start, line, reason) => {
    expect(fault(changed(start, line))).toBe(reason)
  })

  it('allows 0 to 255 in Max-Forwards', () => {
    for (const hops of ['0', '0068', '255'])
      expect(fault(changed('Max-Forwards', `Max-Forwards: ${hops}`))).toBeUndefined()
  })

  it('P03 finds an address inside an address', () => {
    const request = readRequest(options(['Contact: <sip:a@b>, <Bob <sip:bob@192.0.2.4>>']))
    expect(validateAddresses(request, 'contact', 'Contact')).toBe('Malformed Contact Header')
    expect(validateAddresses(request, 'path', 'Path')).toBeUndefined()
  })
})

describe('a response (RFC 3261 §18.1.2)', () => {
  const response = (lines: readonly string[]) => validateResponse(readResponse(text(['SIP/2.0 200 OK', ...lines])))

  it('is fine with what a request needs', () => {
    expect(response(OPTIONS_LINES.slice(1, -1))).toBeUndefined()
  })

  it('is dropped without Via or with a bad CSeq', () => {
    expect(response(OPTIONS_LINES.slice(2))).toBe('Missing Via Header')
    expect(response([...OPTIONS_LINES.slice(1, 5), 'CSeq: 9292394834772304023312 OPTIONS'])).toBe(
      'Malformed CSeq Header',
    )
  })
})
