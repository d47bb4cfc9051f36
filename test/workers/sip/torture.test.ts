import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from '../../../src/sip/message/octets'
import { parse } from '../../../src/sip/message/parse'
import { serialize } from '../../../src/sip/message/serialize'
import type { SipFrame } from '../../support/sip-frame'
import { EXPECTATIONS, type Expectation, type RegistrarReaction } from '../../torture/expectations'
import { relay } from '../support/objects'
import type { Phone, Received } from '../support/phone'
import { admin, bindingsOf, evictAll, play, type World } from '../support/world'

const OURS = 'example.com'

/** The requests that are sound, as the default script answers them on a socket where nobody has proved anything. */
const DEFAULT_SCRIPT: Readonly<Record<string, string>> = {
  // In a dialog that is not ours.
  'rfc4475/wsinv.dat': '481 Call/Transaction Does Not Exist',
  'rfc5118/via-received-param-with-delim.dat': '481 Call/Transaction Does Not Exist',
  'rfc5118/mult-ip-in-header.dat': '481 Call/Transaction Does Not Exist',
  // From an address of our domain, which must be proved.
  'rfc4475/intmeth.dat': '407 Proxy Authentication Required',
  'rfc4475/esc02.dat': '407 Proxy Authentication Required',
  'rfc4475/lwsdisp.dat': '407 Proxy Authentication Required',
  'rfc4475/transports.dat': '407 Proxy Authentication Required',
  'rfc4475/mpart01.dat': '407 Proxy Authentication Required',
  'rfc5118/ipv6-in-sdp.dat': '407 Proxy Authentication Required',
  'rfc5118/mult-ip-in-sdp.dat': '407 Proxy Authentication Required',
  'rfc5118/ipv6-bug-abnf-3-colons.dat': '407 Proxy Authentication Required',
  'rfc5118/ipv6-correct-abnf-2-colons.dat': '407 Proxy Authentication Required',
  // From somewhere else.
  'rfc4475/esc01.dat': '403 Not relaying',
  'rfc4475/longreq.dat': '403 Not relaying',
  'rfc4475/semiuri.dat': '403 Not relaying',
  'rfc4475/baddate.dat': '403 Not relaying',
  'rfc4475/badbranch.dat': '403 Not relaying',
  'rfc4475/invut.dat': '403 Not relaying',
  'rfc4475/sdp01.dat': '403 Not relaying',
  'rfc4475/inv2543.dat': '403 Not relaying',
  'rfc5118/ipv4-mapped-ipv6.dat': '403 Not relaying',
  // To an address of a scheme in which nobody can prove anything.
  'rfc4475/unksm2.dat': '403 Not relaying',
  // REGISTER.
  'rfc4475/escnull.dat': '401 Unauthorized',
  'rfc4475/dblreq.dat': '401 Unauthorized',
  'rfc4475/regbadct.dat': '401 Unauthorized',
  'rfc4475/regaut01.dat': '401 Unauthorized',
  'rfc4475/cparam01.dat': '401 Unauthorized',
  'rfc4475/cparam02.dat': '401 Unauthorized',
  'rfc4475/regescrt.dat': '401 Unauthorized',
  'rfc5118/ipv6-good.dat': '401 Unauthorized',
  'rfc5118/port-ambiguous.dat': '401 Unauthorized',
  'rfc5118/port-unambiguous.dat': '401 Unauthorized',
  // OPTIONS for the server itself.
  'rfc5118/via-received-param-no-delim.dat': '200 OK',
  // Responses to nothing of ours.
  'rfc4475/unreason.dat': 'silence',
  'rfc4475/noreason.dat': 'silence',
}

/** No From, To and Call-ID to copy into an answer. */
const UNANSWERABLE = ['rfc4475/insuf.dat']

beforeAll(async () => {
  await admin('POST', '/v1/domains', { name: OURS })
})

function bytesOf(file: string): Uint8Array {
  return new Uint8Array(Buffer.from(env.TEST_TORTURE[file] ?? '', 'base64'))
}

/** What comes back for these bytes when all is done: the first frame, or nothing. */
async function answerTo(phone: Phone, bytes: Uint8Array): Promise<SipFrame | undefined> {
  phone.send(bytes)
  const probe = phone.request('OPTIONS', { uri: `sip:${phone.account.domain}` }).header('Call-ID')
  const frames: SipFrame[] = [await phone.next()]
  while (!frames.some((f) => f.header('Call-ID') === probe)) frames.push(await phone.next())
  await evictAll()
  const last = phone.request('OPTIONS', { uri: `sip:${phone.account.domain}` }).header('Call-ID')
  while (!frames.some((f) => f.header('Call-ID') === last)) frames.push(await phone.next())
  const answers = frames.filter((f) => ![probe, last].includes(f.header('Call-ID')))
  expect(answers.length).toBeLessThanOrEqual(1)
  return answers[0]
}

function expectedAnswer({ file, parser, proxy }: Expectation): string {
  if (UNANSWERABLE.includes(file) || proxy === 'drop') return 'silence'
  if (proxy === 'relay') return DEFAULT_SCRIPT[file] ?? `nothing is expected of ${file}`
  if (typeof parser !== 'object') return String(proxy.status)
  return parser.status === 400 ? `400 Bad Request - ${parser.reason}` : `${parser.status} ${parser.reason}`
}

test('every message is there', () => {
  expect(Object.keys(env.TEST_TORTURE).toSorted()).toEqual(EXPECTATIONS.map(({ file }) => file).toSorted())
})

describe('a socket where nobody has proved anything', () => {
  for (const expectation of EXPECTATIONS) {
    const expected = expectedAnswer(expectation)
    test(`${expectation.section} ${expectation.about}: ${expected}`, () =>
      play(async (world) => {
        const phone = await world.connect(world.account('nobody'))
        const answer = await answerTo(phone, bytesOf(expectation.file))
        const line = answer ? `${answer.status} ${answer.reason}` : 'silence'
        expect(line.startsWith(expected), line).toBe(true)
        if (typeof expectation.proxy !== 'object') return
        for (const [name, value] of Object.entries(expectation.proxy.headers ?? {}))
          expect(answer?.header(name)).toBe(value)
      }))
  }
})

const RELAYED = EXPECTATIONS.filter(({ file, proxy }) => proxy === 'relay' && !isResponse(file) && !isRegister(file))

describe('relayed', () => {
  for (const { file, section, about } of RELAYED) {
    test(`${section} ${about}: nothing changes but what RFC 3261 §16.6 changes`, () =>
      play(async (world) => {
        const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
        const sent = messageOf(file)
        await relay(alice, [[bob]], {}, sent)
        const got = await bob.nextFrame()
        expect(requestLine(got)).toBe(`${sent.text.split(' ')[0]} ${bob.contact.slice(1, -1)} SIP/2.0`)
        expect(withoutOurs(got.bytes)).toEqual(withoutOurs(bytes(sent)))
      }))
  }
})

describe('registered', () => {
  const rows = EXPECTATIONS.filter(({ registrar, file }) => registrar && file !== 'rfc4475/unksm2.dat')
  for (const { file, section, about, registrar, parser } of rows) {
    if (!registrar || parser !== 'accept') continue
    const outcome = 'contacts' in registrar ? `binds ${registrar.contacts.join(', ')}` : registrar.status
    test(`${section} ${about}: ${outcome}`, () =>
      play(async (world) => {
        if (file === 'rfc4475/escnull.dat') return expectBound(file, registrar)
        const phone = await proved(world, file, 'status' in registrar && registrar.status === 401)
        const before = (await bindingsOf(phone.account)).map((b) => b.contact)
        const answer = await answerTo(phone, bytesOf(file))
        const bound = (await bindingsOf(phone.account)).map((b) => b.contact)
        if ('contacts' in registrar) {
          expect(answer?.status).toBe(200)
          expect(bound).toEqual([...before, ...registrar.contacts])
        } else {
          expect(answer?.status).toBe(registrar.status)
          expect(bound).toEqual(before)
        }
        await admin('DELETE', `/v1/subscribers/${encodeURIComponent(`${phone.account.username}@${OURS}`)}`)
      }))
  }
})

/** For a user name that no subscriber can have: asks the location itself. */
async function expectBound(file: string, registrar: RegistrarReaction): Promise<void> {
  const { text, binary } = messageOf(file)
  const origin = { flow: 'x.y', transport: 'WSS', host: 'h', source: '', longestExpires: 600 } as const
  const reply = await env.LOCATION.getByName(`null-\0-null@${OURS}`).register(text, binary, origin, undefined)
  expect(reply !== 'unproved' && reply.ok && { contacts: reply.bindings.map((b) => b.uri) }).toEqual(registrar)
}

/** A socket on which the address of the message is proved, with nothing bound; `stranger`: nothing is proved. */
async function proved(world: World, file: string, stranger: boolean): Promise<Phone> {
  const username = decodeURIComponent(/^To: sip:([^@]+)@/m.exec(messageOf(file).text)?.[1] ?? '')
  const phone = await world.connect(await world.subscriber(username, 'secret', OURS), { instance: null })
  if (stranger) return phone
  await phone.register()
  phone.registerOnce(['Expires: 0', 'Contact: *'])
  await phone.expect('200 REGISTER')
  return phone
}

/** The message without what lies beyond its Content-Length. */
function messageOf(file: string): { text: string; binary: boolean } {
  const { text, binary } = decodeFrame(bytesOf(file))
  const parsed = parse(text, binary)
  if (!parsed.ok) throw new Error(`${file}: ${parsed.reason}`)
  return { text: serialize(parsed.message), binary: parsed.message.binary }
}

function bytes(frame: { text: string; binary: boolean }): Uint8Array {
  const encoded = encodeFrame(frame)
  return typeof encoded === 'string' ? new TextEncoder().encode(encoded) : encoded
}

function latin(all: Uint8Array): string {
  return Array.from(all, (byte) => String.fromCharCode(byte)).join('')
}

function requestLine(frame: Received): string {
  return latin(frame.bytes).split('\r\n')[0] ?? ''
}

/** Header lines and body byte for byte, without the request line and the lines that each hop writes. */
function withoutOurs(all: Uint8Array): string {
  const [head = '', ...rest] = latin(all).split('\r\n\r\n')
  const lines = head.split('\r\n').slice(1)
  const own = lines.filter(
    (line) => !/^(Max-Forwards\s*:|Via: SIP\/2\.0\/WSS sip\.strowger|Record-Route: <sip:d\.)/i.test(line),
  )
  return [own.join('\r\n'), ...rest].join('\r\n\r\n')
}

function isResponse(file: string): boolean {
  return latin(bytesOf(file)).startsWith('SIP/')
}

function isRegister(file: string): boolean {
  return latin(bytesOf(file)).startsWith('REGISTER ')
}
