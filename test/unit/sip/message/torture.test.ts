import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { header, headerValues } from '../../../../src/sip/message/headers'
import type { Message } from '../../../../src/sip/message/message'
import { parseNameAddress } from '../../../../src/sip/message/name-address'
import { decodeFrame, encodeFrame } from '../../../../src/sip/message/octets'
import { parameter } from '../../../../src/sip/message/parameters'
import { parse } from '../../../../src/sip/message/parse'
import { toFrame } from '../../../../src/sip/message/serialize'
import { equalUris, parseUri, unescapeUri } from '../../../../src/sip/message/uri'
import { validateRequest, validateResponse } from '../../../../src/sip/message/validate'
import { parseVia, topVia } from '../../../../src/sip/message/via'
import { EXPECTATIONS, type Expectation } from '../../../torture/expectations'
import { tortureBytes, tortureFiles } from '../../../torture/messages'

// A second copy beside the checkout, where there is one.
const reference = `${import.meta.dirname}/../../../../../shared/torture`

describe.skipIf(!existsSync(reference))('torture fixtures', () => {
  it('are the messages of the RFCs, byte for byte', () => {
    expect(tortureFiles()).toEqual(tortureFiles(reference))
    for (const file of tortureFiles()) expect(tortureBytes(file), file).toEqual(tortureBytes(file, reference))
  })
})

describe('G03 torture messages of RFC 4475 and RFC 5118', () => {
  it('are all in the table', () => {
    expect(EXPECTATIONS.map((row) => row.file).sort()).toEqual(tortureFiles().sort())
    expect(EXPECTATIONS).toHaveLength(49 + 12)
  })

  it.each(EXPECTATIONS)('$section $file ($about)', (row) => {
    expect(verdict(tortureBytes(row.file))).toEqual(row.parser)
  })

  it.each(EXPECTATIONS.filter((row) => row.parser === 'accept'))('$file goes out as it came in', (row) => {
    const bytes = tortureBytes(row.file)
    expect(sent(accepted(row.file))).toEqual(bytes.slice(0, row.keptBytes ?? bytes.length))
  })

  it.each(EXPECTATIONS.filter(isAnswered))('$file is refused with what an answer needs', (row) => {
    const message = recovered(row.file)
    expect(message.kind).toBe('request')
    expect(header(message, 'via')).toBeDefined()
    expect(header(message, 'cseq')).toBeDefined()
  })
})

describe('what the RFCs say about single torture messages', () => {
  it('RFC 4475 §3.1.1.1 reads the folded values of the short tortuous INVITE', () => {
    const message = accepted('rfc4475/wsinv.dat')
    expect(header(message, 'from')).toBe('"J Rosenberg \\\\\\""       <sip:jdrosen@example.com> ; tag = 98asjd8')
    expect(topVia(message)).toMatchObject({ transport: 'UDP', host: '192.0.2.2' })
    const vias = headerValues(message, 'via').map((via) => parseVia(via))
    expect(vias.map((via) => via && parameter(via.parameters, 'branch'))).toEqual([
      '390skdjuw',
      'z9hG4bK9ikj8',
      'z9hG4bK30239',
    ])
    const contact = parseNameAddress(header(message, 'contact') ?? '')
    expect(contact && parameter(contact.parameters, 'q')).toBe('0.33')
    expect(header(message, 'subject')).toBe('')
  })

  it('RFC 4475 §3.1.1.2 keeps a byte order mark inside a value', () => {
    const message = accepted('rfc4475/intmeth.dat')
    expect(header(message, "extensionheader-!.%*+_`'~")).toBe('\ufeff大停電')
  })

  it('RFC 4475 §3.1.1.3 compares escaped URIs after unescaping', () => {
    const to = parseUri('sip:%75se%72@example.com')
    const plain = parseUri('sip:user@example.com')
    expect(to && plain && equalUris(to, plain)).toBe(true)
    expect(unescapeUri('cal%6Cer')).toBe('caller')
  })

  it('RFC 4475 §3.1.1.4 does not cut a user at an escaped null', () => {
    const contacts = headerValues(accepted('rfc4475/escnull.dat'), 'contact').map((c) => parseNameAddress(c)?.uri ?? '')
    const users = contacts.map((uri) => unescapeUri(parseUri(uri)?.user ?? ''))
    expect(users).toEqual(['\0', '\0\0'])
  })

  it('RFC 4475 §3.1.1.5 does not unescape methods and header names', () => {
    const message = accepted('rfc4475/esc02.dat')
    expect(message).toMatchObject({ method: 'RE%47IST%45R' })
    expect(headerValues(message, 'contact')).toHaveLength(2)
    expect(unescapeUri('%Z%45')).toBe('%ZE')
  })

  it('RFC 4475 §3.1.1.9 takes a semicolon before the @ as part of the user', () => {
    const message = accepted('rfc4475/semiuri.dat')
    const uri = parseUri(message.kind === 'request' ? message.uri : '')
    expect(uri).toMatchObject({ user: 'user;par=u%40example.net', host: 'example.com', parameters: [] })
  })

  it('RFC 4475 §3.3.12 and §3.3.13 tell parameters of a Contact from those of its URI', () => {
    const read = (file: string) => parseNameAddress(header(accepted(file), 'contact') ?? '')
    expect(read('rfc4475/cparam01.dat')).toEqual({
      uri: 'sip:+19725552222@gw1.example.net',
      parameters: [{ name: 'unknownparam' }],
    })
    expect(read('rfc4475/cparam02.dat')?.uri).toBe('sip:+19725552222@gw1.example.net;unknownparam')
  })

  it('RFC 5118 §4.3 and §4.4 tell a port from the end of an address', () => {
    expect(parseUri('sip:[2001:db8::10:5070]')).toEqual({
      scheme: 'sip',
      host: '[2001:db8::10:5070]',
      parameters: [],
    })
    expect(parseUri('sip:[2001:db8::10]:5070')).toMatchObject({ host: '[2001:db8::10]', port: 5070 })
  })

  it('RFC 5118 §4.5 reads received with and without brackets', () => {
    const received = (file: string) => parameter(topVia(accepted(file))?.parameters ?? [], 'received')
    expect(received('rfc5118/via-received-param-with-delim.dat')).toBe('[2001:db8::9:255]')
    expect(received('rfc5118/via-received-param-no-delim.dat')).toBe('2001:db8::9:255')
  })
})

function verdict(bytes: Uint8Array): Expectation['parser'] {
  const frame = decodeFrame(bytes)
  const result = parse(frame.text, frame.binary)
  if (!result.ok) return result.message ? { status: result.status, reason: result.reason } : 'drop'
  const fault = check(result.message)
  if (!fault) return 'accept'
  return result.message.kind === 'response' ? 'drop' : { status: 400, reason: fault }
}

function check(message: Message): string | undefined {
  return message.kind === 'request' ? validateRequest(message) : validateResponse(message)
}

function isAnswered(row: Expectation): boolean {
  return typeof row.parser === 'object'
}

function accepted(file: string): Message {
  const frame = decodeFrame(tortureBytes(file))
  const result = parse(frame.text, frame.binary)
  if (!result.ok) throw new Error(`${file}: ${result.reason}`)
  return result.message
}

function recovered(file: string): Message {
  const frame = decodeFrame(tortureBytes(file))
  const { message } = parse(frame.text, frame.binary)
  if (!message) throw new Error(`${file}: nothing was recovered`)
  return message
}

function sent(message: Message): Uint8Array {
  const frame = encodeFrame(toFrame(message))
  return typeof frame === 'string' ? new TextEncoder().encode(frame) : frame
}
