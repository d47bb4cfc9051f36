import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { challengeParameter } from '../support/digest'
import type { SipFrame } from '../support/sip-frame'
import { uriOf } from './support/call-out'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

let lab: Lab
let registrar: UdpPeer

beforeAll(async () => {
  lab = await Lab.open()
  registrar = await lab.carrier('127.0.1.1')
})
afterAll(() => lab?.close())

const row = () => ({
  l_uuid: '61299990000',
  l_username: 'desk',
  l_domain: lab.domain,
  r_username: 'account',
  r_domain: 'carrier.example',
  realm: '',
  auth_username: 'auth-user',
  auth_password: 'a secret',
  auth_ha1: '',
  auth_proxy: `sip:${registrar.host}`,
  expires: 120,
  flags: 0,
  reg_delay: 0,
})

/** What the digest of RFC 2617 §3.2.2 is for this password. */
function digestOf(request: SipFrame, password: string): string {
  const value = request.header('Authorization')
  const part = (name: string) => challengeParameter(value, name)
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const ha1 = md5(`${part('username')}:${part('realm')}:${password}`)
  const ha2 = md5(`REGISTER:${part('uri')}`)
  return md5(`${ha1}:${part('nonce')}:${part('nc')}:${part('cnonce')}:${part('qop')}:${ha2}`)
}

async function challenge(realm: string): Promise<SipFrame> {
  const request = await registrar.expect('REGISTER')
  registrar.respond(request, 401, { headers: [`WWW-Authenticate: Digest realm="${realm}", nonce="n1", qop="auth"`] })
  return request
}

function accept(request: SipFrame, seconds: number): void {
  registrar.respond(request, 200, { headers: [`Contact: ${request.header('Contact')};expires=${seconds}`] })
}

interface Trace {
  readonly items: ReadonlyArray<{
    readonly gateway: string
    readonly steps: ReadonlyArray<{ readonly kind: string; readonly peer?: string; readonly text: string }>
  }>
  readonly silent: readonly string[]
}

interface Shown {
  readonly states: ReadonlyArray<Readonly<Record<string, unknown>>>
}
async function state(): Promise<Readonly<Record<string, unknown>> | undefined> {
  return ((await lab.admin.get('trunks/61299990000')) as Shown).states[0]
}
const becomes = (status: string) => lab.until(async () => (await state())?.status === status, `the trunk is ${status}`)

describe('a row of uacreg at work', () => {
  let contact = ''

  it('I01 I02 I03 registers with its digest at its proxy, and is shown as registered', async () => {
    await lab.admin.post('trunks/import', [row()])
    const first = await challenge('carrier.example')
    expect([first.uri, first.header('Authorization')]).toEqual(['sip:carrier.example', ''])
    expect(uriOf(first.header('To'))).toBe('sip:account@carrier.example')
    const second = await registrar.expect('REGISTER')
    const authorization = second.header('Authorization')
    expect(challengeParameter(authorization, 'username')).toBe('auth-user')
    expect(challengeParameter(authorization, 'response')).toBe(digestOf(second, 'a secret'))
    expect(second.header('Expires')).toBe('120')
    contact = uriOf(second.header('Contact'))
    expect(contact).toContain('sip:61299990000@127.0.0.1')
    accept(second, 90)
    await becomes('registered')
    const { gateway, connected, registeredUntil, nextAttempt } = (await state()) ?? {}
    const secondsTo = (time: unknown) => (Date.parse(String(time)) - Date.now()) / 1_000
    expect([gateway, connected]).toEqual(['g1', true])
    expect(Math.abs(secondsTo(registeredUntil) - 90)).toBeLessThan(5)
    expect(secondsTo(nextAttempt)).toBeLessThan(0.8 * 90)
    expect(secondsTo(nextAttempt)).toBeGreaterThan(0.6 * 90 - 5)
  })

  it('I12 the exchange is in its trace, without its digest, for programs and as a ladder for people', async () => {
    const { items, silent } = (await lab.admin.get('trunks/61299990000/trace')) as Trace
    expect([items.map(({ gateway }) => gateway), silent]).toEqual([['g1'], []])
    const steps = items[0]?.steps ?? []
    expect(steps.map(({ kind, text }) => `${kind} ${text.split('\r\n')[0]}`)).toEqual([
      'sent REGISTER sip:carrier.example SIP/2.0',
      'state waiting -> registering',
      'received SIP/2.0 401 Answer',
      'sent REGISTER sip:carrier.example SIP/2.0',
      'received SIP/2.0 200 Answer',
      'state registering -> registered',
    ])
    expect(steps.filter(({ kind }) => kind !== 'state').every(({ peer }) => peer === `UDP:${registrar.host}`)).toBe(
      true,
    )
    expect(steps[3]?.text).toMatch(/\r\nAuthorization: Digest .*username="auth-user".*response="\.\.\."/)
    const ladder = await lab.admin.text('trunks/61299990000/trace')
    expect(ladder).toContain(`--> UDP:${registrar.host}  REGISTER sip:carrier.example SIP/2.0`)
    expect(ladder).toContain(`<-- UDP:${registrar.host}  SIP/2.0 200 Answer`)
    expect(ladder).not.toMatch(/response="[0-9a-f]/)
  })

  it('H16 I14 a call to its Contact rings its subscriber, whatever number was called', async () => {
    const desk = await lab.phone('desk')
    registrar.request('INVITE', { uri: contact, to: 'sip:+61299990000@carrier.example', body: 'v=0\r\n' })
    const offered = await desk.expect('INVITE')
    desk.respond(offered, 486, 'Busy Here')
    await desk.expect('ACK')
    expect((await registrar.final()).label).toBe('486 INVITE')
  })

  it('I08 unregisters on request', async () => {
    await lab.configured(() => lab.admin.patch('trunks/61299990000', { register: false }))
    const request = await registrar.expect('REGISTER')
    expect([request.header('Expires'), uriOf(request.header('Contact'))]).toEqual(['0', contact])
    accept(request, 0)
    await becomes('disabled')
  })

  it('I06 tells nothing to another realm, and shows both', async () => {
    await lab.configured(() => lab.admin.patch('trunks/61299990000', { register: true, realm: 'carrier.example' }))
    const request = await challenge('asterisk')
    expect(request.header('Authorization')).not.toContain('realm="asterisk"')
    await becomes('realm-mismatch')
    expect(await state()).toMatchObject({ theirRealm: 'asterisk', ourRealm: 'carrier.example' })
    expect(registrar.unread).toEqual([])
  })

  it('I11 is registered again when its configuration is right', async () => {
    await lab.configured(() => lab.admin.patch('trunks/61299990000', { realm: null, password: 'another' }))
    await challenge('asterisk')
    const second = await registrar.expect('REGISTER')
    expect(challengeParameter(second.header('Authorization'), 'response')).toBe(digestOf(second, 'another'))
    accept(second, 90)
    await becomes('registered')
  })

  it('Q07 I07 is registered again within ten seconds after the gateway was started anew', async () => {
    await lab.stopGateway()
    lab.log.length = 0
    const beganAtMs = Date.now()
    await lab.startGateway()
    const request = await challenge('asterisk')
    expect(uriOf(request.header('Contact'))).toBe(contact)
    accept(await registrar.expect('REGISTER'), 90)
    await becomes('registered')
    expect(Date.now() - beganAtMs).toBeLessThan(10_000)
  })

  it('I11 is unregistered when it is deleted', async () => {
    await lab.configured(() => lab.admin.delete('trunks/61299990000'))
    const request = await registrar.expect('REGISTER')
    expect(request.header('Expires')).toBe('0')
    accept(request, 0)
  })
})
