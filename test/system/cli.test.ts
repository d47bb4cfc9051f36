import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands'
import { freePort, type Product, startProduct } from '../support/product'
import { SipClient } from '../support/sip-client'
import { Strowger } from '../support/strowger'

let product: Product
let cli: Strowger

beforeAll(async () => {
  product = await startProduct()
  cli = new Strowger({ STROWGER_URL: product.url, STROWGER_TOKEN: product.adminToken })
})

afterAll(async () => {
  await product?.stop()
  cli?.remove()
})

describe('strowger', () => {
  it('T05 knows only routes that there are', async () => {
    const { paths } = (await (await fetch(`${product.url}/v1/openapi.json`)).json()) as Record<'paths', object>
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(COMMANDS.flatMap((c) => c.rest).filter((twin) => !routes.includes(twin))).toEqual([])
  })

  it('says that the deployment is ready, without a token', async () => {
    expect(await cli.ok('health', { env: { STROWGER_TOKEN: '' } })).toMatch(/^Status {3}ok\n/)
    expect(await cli.json('health')).toMatchObject({ status: 'ok', warnings: [] })
  })

  it('T03 creates, shows, lists and deletes', async () => {
    expect(await cli.ok('domain add cli.test --country AU')).toContain('Country         AU')
    expect(await cli.ok('subscriber add alice@cli.test', { input: 'secret-alice\n' })).toBe(
      'alice@cli.test is created and can register.\n',
    )
    await cli.ok('subscriber add bob@cli.test secret-bob')
    expect(await cli.ok('subscriber features bob@cli.test --ring-seconds 20 --forward-busy alice@cli.test')).toContain(
      '20 s',
    )
    expect(await cli.json('subscriber features bob@cli.test --ring-seconds off')).toEqual({
      forward: { busy: 'alice@cli.test' },
    })
    expect((await cli.ok('subscriber list --domain cli.test')).split('\n').map((line) => line.split(/\s+/)[0])).toEqual(
      ['SUBSCRIBER', 'alice@cli.test', 'bob@cli.test', ''],
    )
    await cli.ok('subscriber disable bob@cli.test')
    expect(await cli.json('subscriber show bob@cli.test')).toMatchObject({ enabled: false, bindings: [], messages: [] })
    await cli.ok('subscriber rm bob@cli.test')
    expect(await cli.json('subscriber list --domain cli.test')).toMatchObject([{ aor: 'alice@cli.test' }])
  })

  it('T03 shows where a phone is registered, sends it a message, and removes it', async () => {
    const account = { username: 'alice', domain: 'cli.test', password: 'secret-alice', aor: 'sip:alice@cli.test' }
    const phone = await SipClient.connect(product.sipUrl, account)
    await phone.register()
    const shown = await cli.ok('ul show alice@cli.test')
    expect(shown).toContain(phone.contact.slice(1, -1))
    expect(shown).toContain('connected')
    phone.onFrame((frame) => frame.method === 'MESSAGE' && phone.respond(frame, 200, 'OK'))
    expect(await cli.ok("message send alice@cli.test 'The door is open.' --from door@cli.test")).toMatch(/^200 OK\n/)
    expect(phone.wire.received('MESSAGE').body).toBe('The door is open.')
    expect(await cli.ok(`location rm alice@cli.test '${phone.contact.slice(1, -1)}'`)).toBe('1 removed.\n')
    expect(await cli.ok('location show alice@cli.test')).toBe('No phone is registered.\n')
    expect((await cli.run('message send alice@cli.test x --from door@cli.test')).status).toBe(1)
    phone.close()
  })

  it('T02 T04 T05 manages carriers: addresses, destinations, trunks, routes and limits', async () => {
    await cli.ok('address create 200 --carrier --domain cli.test')
    await cli.ok('address add 200 192.0.2.0/24 --port 5060 --tag carrier')
    await cli.ok('address add 200 2001:db8::1')
    expect(await cli.ok('address rm 200 2001:db8::1')).not.toContain('2001')
    expect(await cli.ok('address list')).toMatch(/200 +yes +cli\.test +192\.0\.2\.0\/24 +5060 +carrier/)
    expect((await cli.run('address create 200')).err).toBe('strowger: There is an address group 200 already.\n')

    await cli.ok('trunk add one secret --registrar carrier.example --username 6129')
    expect(await cli.ok('trunk list')).toMatch(/one +carrier\.example +6129 +\(registers\)/)
    await cli.ok('trunk disable one')
    expect(await cli.json('trunk show one')).toMatchObject({ register: false, secret: 'password' })

    await cli.ok('dispatcher add main sip:gw1.carrier.example --algorithm weight')
    await cli.ok('dispatcher add main sip:gw2.carrier.example --priority 1 --trunk one')
    await cli.ok('dispatcher set-state main sip:gw1.carrier.example DX')
    expect(await cli.ok('dispatcher list main')).toMatch(
      /gw1\.carrier\.example +\(DX\)[\s\S]*gw2\.carrier\.example +\(AP\) +1 +1 +one/,
    )
    await cli.ok('dispatcher rm main sip:gw1.carrier.example')
    expect(await cli.json('dispatcher list main')).toMatchObject([
      { algorithm: 'weight', destinations: [{ uri: 'sip:gw2.carrier.example', priority: 1, trunk: 'one' }] },
    ])

    expect(await cli.ok('route set default main:1 none:2')).toContain('Problem: There is no dispatcher set "none".')
    expect(await cli.ok('route list')).toMatch(/default +main +1\ndefault +none +2/)
    await cli.ok('limit set alice@cli.test --at-once 2 --deny 611900')
    expect(await cli.json('limit list')).toEqual([
      { of: 'alice@cli.test', concurrentCalls: 2, deniedPrefixes: ['611900'] },
    ])
    expect(await cli.ok('gateway list')).toContain('No gateway has ever connected')
    expect(await cli.ok('ban list')).toBe('Nobody is banned.\n')

    for (const line of [
      'route rm default',
      'dispatcher delete main',
      'trunk rm one',
      'address delete 200',
      'limit rm alice@cli.test',
    ])
      await cli.ok(line)
  })

  it('names and short codes', async () => {
    await cli.ok('alias add 61299999999@cli.test alice@cli.test')
    expect(await cli.json('alias list --to alice@cli.test')).toEqual([
      { alias: '61299999999@cli.test', to: 'alice@cli.test' },
    ])
    await cli.ok('alias rm 61299999999@cli.test')
    await cli.ok("speed-dial add alice@cli.test '*9' +61299999999")
    await cli.ok('speed-dial add alice@cli.test 1 bob@cli.test')
    await cli.ok("speed-dial rm alice@cli.test '*9'")
    expect(await cli.json('speed-dial list alice@cli.test')).toEqual({ 1: 'bob@cli.test' })
    await cli.ok('speed-dial rm alice@cli.test 1')
    expect(await cli.ok('speed-dial list')).toBe('No speed dials.\n')
  })

  it('reads a list to its end', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => ({ username: `u${i}`, domain: 'cli.test', password: 'p' }))
    const body = JSON.stringify(items)
    const headers = { Authorization: `Bearer ${product.adminToken}`, 'Content-Type': 'application/json' }
    expect((await fetch(`${product.url}/v1/subscribers`, { method: 'POST', headers, body })).status).toBe(201)
    expect(await cli.json('subscriber list --domain cli.test')).toHaveLength(1_001)
  })
})

describe('what goes wrong', () => {
  it.each([
    ['subscriber show nobody@cli.test', 1, 'There is no subscriber nobody@cli.test. (404)'],
    ['subscriber add alice@cli.test x', 1, 'username: The subscriber alice@cli.test exists. (409)'],
    ['subscriber add alice@nowhere.test x', 1, 'There is no domain nowhere.test: create it first. (422)'],
    ['domain rm cli.test', 1, /has subscribers.*\(409\)$/],
    ['domain add cli_test', 1, 'name: must be a host name, an IPv4 address or an IPv6 address in brackets (400)'],
    ['subscriber show', 2, 'AOR is missing. See: strowger subscriber show --help'],
    ['domain list --token wrong', 1, 'There is no such token. (401)'],
  ])('%s: %i', async (line, status, complaint) => {
    const { err, ...rest } = await cli.run(line)
    expect(rest).toEqual({ status, out: '' })
    expect(err.replace(/^strowger: /, '').trimEnd()).toMatch(complaint)
    expect(err).not.toContain(product.adminToken)
  })

  it('nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    expect(await cli.run(`domain list --url ${url}`)).toEqual({
      status: 1,
      out: '',
      err: `strowger: ${url} can't be reached (ECONNREFUSED).\n`,
    })
  })
})

describe('T12 T14 strowger call', () => {
  it('lists calls, shows one with its ladder, saves it as a capture and links to it', async () => {
    await cli.ok('test pair --a alice:secret-alice --b u2:p --domain cli.test --wait 50ms')
    const [call] = (await cli.json('call list --aor alice@cli.test --state ended')) as [{ id: string; callId: string }]
    expect(await cli.ok('call list --since 1h --limit 1')).toMatch(
      new RegExp(`alice@cli\\.test +u2@cli\\.test +answered +00:00:00 +${call.id}\nThe newest 1: there may be more`),
    )
    expect(await cli.ok('call list --result refused --domain cli.test')).toBe('No calls.\n')
    const shown = await cli.ok(`call show ${call.id}`)
    expect(shown).toMatch(/^Answered by +u2@cli\.test$/m)
    expect(shown).toMatch(/^Ended +\S+ \S+Z by the caller$/m)
    expect(shown).toMatch(/\|-+ INVITE \(SDP\) -+>\|/)
    expect(await cli.ok(`call show ${call.callId}`)).toBe(shown)
    expect(await cli.json(`call show ${call.id}`)).toMatchObject({ id: call.id, result: 'answered' })

    const file = join(cli.home, 'call.pcap')
    expect(await cli.ok(`call pcap ${call.id} ${file}`)).toMatch(/^\d+ bytes in /)
    expect(readFileSync(file).readUInt32BE(0)).toBe(0xa1b2c3d4)
    expect((await cli.run(`call pcap ${call.id} /nonexistent/x.pcap`)).err).toBe(
      "strowger: /nonexistent/x.pcap can't be written (ENOENT).\n",
    )
    const [link = ''] = (await cli.ok(`call link ${call.id} --hours 2`)).split('\n')
    expect((await fetch(link.replace('/calls/', '/v1/calls/'))).status).toBe(200)
    expect((await cli.run('call show nobody-knows')).err).toBe(
      'strowger: There is no call with the Call-ID nobody-knows.\n',
    )
  })
})

describe('U05 strowger token', () => {
  it('makes a token that may do less, which login takes, and deletes it', async () => {
    const made = await cli.ok("token add 'front desk' --scope subscribers --domain cli.test --expires 2099-01-31")
    const [, token = ''] = /^Token +(strowger_\S+)$/m.exec(made) ?? []
    const [, id = ''] = /^ID +(\S+)$/m.exec(made) ?? []
    expect(await cli.ok('token list')).toMatch(/front desk +subscribers +cli\.test +2099-01-31 23:59:59Z/)
    expect(await cli.ok('token list')).not.toContain(token)
    const nothing = { STROWGER_URL: '', STROWGER_TOKEN: '' }
    expect(await cli.ok(`login --profile desk --url ${product.url}`, { env: nothing, input: token })).toContain(
      'is good',
    )
    const desk = { env: { ...nothing, STROWGER_PROFILE: 'desk' } }
    expect(await cli.ok('subscriber list --domain cli.test', desk)).toContain('alice@cli.test')
    expect((await cli.run('domain rm cli.test', desk)).err).toMatch(/needs a token with the scope admin.*\(403\)\n$/)
    await cli.ok(`token rm ${id}`)
    expect((await cli.run('subscriber list', desk)).err).toBe('strowger: There is no such token. (401)\n')
    await cli.ok('logout', desk)
    expect((await cli.run('token add x')).status).toBe(2)
  })
})

describe('the rest of the commands', () => {
  it.each([
    ['domain list', /^DOMAIN +UNREGISTERED/],
    ['domain show cli.test', /Algorithms +MD5/],
    ['domain set cli.test --unregistered rfc --without carriers --country none', /Without blocks +carriers/],
    ['subscriber passwd u1@cli.test new', /has a new password/],
    ['subscriber disable u1@cli.test', /signed out/],
    ['subscriber enable u1@cli.test', /is enabled/],
    ['message list u1@cli.test', /No message waits/],
    ['message clear u1@cli.test', /No message waits/],
    ['trunk add two secret --registrar carrier.example --username 6129', /Registers +yes/],
    ['trunk set two --caller-id asserted --expires 120', /Expires +120 s/],
    ['trunk passwd two other', /has a new password/],
    ['trunk trace two', /No gateway has anything to tell/],
    ['trunk enable two', /strowger trunk list/],
    ['trunk rm two', /is deleted/],
    ['domain add empty.test', /empty\.test/],
    ['domain rm empty.test', /is deleted/],
  ])('strowger %s', async (line, said) => {
    expect(await cli.ok(line)).toMatch(said)
  })

  it.each([
    ['gateway show g1', 'There is no gateway g1.'],
    ['gateway rm g1', '(404)'],
    ['ban clear 203.0.113.9', '203.0.113.9 is not banned. (404)'],
  ])('strowger %s: there is none', async (line, complaint) => {
    const { status, err } = await cli.run(line)
    expect([status, err.includes(complaint)]).toEqual([1, true])
  })
})

describe('T07 strowger login', () => {
  const nothing = { STROWGER_URL: '', STROWGER_TOKEN: '' }

  it('keeps no token that is wrong', async () => {
    const { status, err } = await cli.run(`login --url ${product.url}`, { env: nothing, input: 'wrong\n' })
    expect([status, err]).toEqual([1, 'strowger: There is no such token. (401)\n'])
    expect((await cli.run('logout', { env: nothing })).err).toBe('strowger: There is nothing to forget.\n')
  })

  it('keeps URL and token for the commands that follow, until logout, and shows the token nowhere', async () => {
    const said = [await cli.ok(`login --url ${product.url}/`, { env: nothing, input: `${product.adminToken}\n` })]
    expect(statSync(join(cli.home, '.config/strowger/profiles.json')).mode & 0o777).toBe(0o600)
    said.push(await cli.ok('domain list', { env: nothing }), await cli.ok('profile', { env: nothing }))
    expect(said.join('')).toContain('cli.test')
    expect(said.join('')).toContain(product.url)
    expect(said.join('')).not.toContain(product.adminToken)
    await cli.ok('logout', { env: nothing })
    expect((await cli.run('domain list', { env: { ...nothing, PORT: new URL(product.url).port } })).err).toContain(
      'No admin token for',
    )
  })
})

describe('T05', () => {
  it('every command was run', () => {
    const words = cli.lines.map((line) => line.replace(/^ul /, 'location '))
    // Those of the test phone have a file of their own.
    const managing = COMMANDS.filter((c) => !c.words.startsWith('test '))
    expect(managing.filter((c) => !words.some((line) => line.startsWith(c.words))).map((c) => c.words)).toEqual([])
  })
})
