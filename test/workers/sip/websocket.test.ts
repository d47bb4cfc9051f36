import { env, exports } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { MAX_MESSAGE_BYTES } from '../../../src/sip/message/limits'
import { upgrade as checkedUpgrade } from '../../../src/upgrade'
import { SipFrame } from '../../support/sip-frame'
import { ring } from '../support/call'
import { ORIGIN, upgrade } from '../support/phone'
import { Tally } from '../support/tally'
import { evictAll, play, twins } from '../support/world'

describe('RFC 7118 §4: the handshake', () => {
  test('needs the subprotocol sip and says it back', async () => {
    for (const offered of ['sip', 'chat, sip', 'SIP']) {
      const response = await upgrade({ 'Sec-WebSocket-Protocol': offered })
      expect([response.status, response.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, 'sip'])
      response.webSocket?.accept()
      response.webSocket?.close()
    }
    expect((await upgrade({ 'Sec-WebSocket-Protocol': 'chat' })).status).toBe(400)
    const without = await exports.default.fetch(`${ORIGIN}/`, { headers: { Upgrade: 'websocket' } })
    expect(without.status).toBe(400)
  })

  test('happens at / and at /ws', async () => {
    const response = await upgrade({}, '/ws')
    expect(response.status).toBe(101)
    response.webSocket?.accept()
    response.webSocket?.close()
    const plain = await exports.default.fetch(`${ORIGIN}/ws`)
    expect([plain.status, plain.headers.get('Upgrade')]).toEqual([426, 'websocket'])
  })

  test('takes only the origins of the list', async () => {
    const allowed = { ...env, ALLOWED_ORIGINS: 'https://app.test, https://other.test' } as Env
    const knock = (origin: string | null, bindings: Env = allowed) => {
      const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'sip', ...(origin ? { Origin: origin } : {}) }
      return checkedUpgrade(new Request(`${ORIGIN}/`, { headers }), bindings)
    }
    const statuses = []
    for (const origin of [
      'https://app.test',
      'https://OTHER.test',
      null,
      'https://evil.test',
      'https://app.test.evil',
    ]) {
      const response = await knock(origin)
      statuses.push(response.status)
      response.webSocket?.accept()
      response.webSocket?.close()
    }
    expect(statuses).toEqual([101, 101, 101, 403, 403])
    expect((await knock(null, { ...allowed, TOKEN_SECRET: '' })).status).toBe(503)
  })
})

describe('RFC 7118 §5: frames', () => {
  twins('a message may come in a text or in a binary frame', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    alice.send(new TextEncoder().encode(alice.build('MESSAGE', { uri: bob.account.aor, body: 'grüße' })))
    const message = await bob.expect('MESSAGE')
    expect(message.body).toBe('grüße')
    bob.respond(message, 200)
    await alice.expect('200 MESSAGE')
  })

  twins('O01 a body passes byte for byte, in a binary frame when it is not UTF-8', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const body = Uint8Array.from({ length: 256 }, (_, i) => i)
    const head = alice.build('MESSAGE', { uri: bob.account.aor, headers: ['Content-Type: application/octet-stream'] })
    alice.send(joined(head.replace('Content-Length: 0', 'Content-Length: 256'), body))
    const frame = await bob.nextFrame()
    expect(frame.binary).toBe(true)
    expect(frame.bytes.slice(-256)).toEqual(body)
    const message = new SipFrame(frame.text)
    expect(message.label).toBe('MESSAGE')
    bob.respond(message, 200)
    await alice.expect('200 MESSAGE')
  })

  twins('a binary body passes inside a dialog and in responses', async (world) => {
    const [alice, bob] = [await world.phone('alice'), await world.phone('bob')]
    const { offered } = await ring(alice, bob)
    const body = Uint8Array.of(0xff, 0x00, 0xfe)
    bob.send(joined(plainResponse(offered.text, 3), body))
    const answer = await alice.nextFrame()
    expect(answer.binary).toBe(true)
    expect(answer.text).toMatch(/^SIP\/2\.0 200 OK\r\n/)
    expect(answer.bytes.slice(-3)).toEqual(body)
  })

  twins('frames that cannot be answered are dropped', async (world) => {
    const alice = await world.phone('alice')
    for (const frame of ['hello', '\r\n\r\nhello', 'INVITE sip:x SIP/2.0', 'SIP/2.0 200', '\0\0\0', '{"a":1}', ' ']) {
      alice.send(frame)
    }
    alice.send(new Uint8Array([0xff, 0xfe, 0xfd]))
    alice.send(alice.build('INVITE', { uri: alice.account.aor }).replace(/^Via: .*\r\n/m, ''))
    await alice.expectNothing()
  })

  twins('a message that is too large is 513', async (world) => {
    const alice = await world.phone('alice')
    alice.request('MESSAGE', { uri: alice.account.aor, body: 'x'.repeat(MAX_MESSAGE_BYTES) })
    expect((await alice.expect('513 MESSAGE')).reason).toBe('Message Too Large')
    await alice.expectNothing()
  })

  twins('a malformed request is 400 with the reason in the phrase', async (world) => {
    const alice = await world.phone('alice')
    const text = alice.build('INVITE', { uri: alice.account.aor })
    const faults: readonly [string, string][] = [
      [text.replace(/^Max-Forwards: 69/m, 'Max-Forwards: many'), 'Bad Request - Malformed Max-Forwards Header'],
      [text.replace(/^CSeq: 1 INVITE/m, 'CSeq: 1 BYE'), 'Bad Request - CSeq Method Does Not Match'],
      [text.replace(/^Content-Length: 0/m, 'Content-Length: 10'), 'Bad Request - Content-Length Exceeds Body'],
    ]
    const phrases = []
    for (const [frame] of faults) {
      alice.send(frame)
      const answer = await alice.next()
      phrases.push(`${answer.status} ${answer.reason}`)
    }
    expect(phrases).toEqual(faults.map(([, phrase]) => `400 ${phrase}`))
  })
})

describe('RFC 5626 §3.5.1: keep-alive', () => {
  test('a double CRLF is answered without waking the object', () =>
    play(async (world) => {
      const alice = await world.phone('alice')
      await evictAll()
      const tally = new Tally()
      try {
        alice.send('\r\n\r\n')
        expect(await alice.nextFrame()).toMatchObject({ text: '\r\n', binary: false })
        expect(tally.take()).toEqual([])
      } finally {
        tally.stop()
      }
    }))

  twins('a binary double CRLF is answered too, and counts as keep-alive', async (world) => {
    const alice = await world.connect(await world.subscriber('alice'))
    alice.send(new TextEncoder().encode('\r\n\r\n'))
    expect((await alice.nextFrame()).text).toBe('\r\n')
    expect((await alice.register()).header('Contact')).toMatch(/;expires=600$/)
  })

  twins('a single CRLF is an answer and gets none', async (world) => {
    const alice = await world.phone('alice')
    alice.send('\r\n')
    await alice.expectNothing()
    expect(world.events('frame.dropped')).toEqual([])
  })
})

test('a scanner hears nothing', () =>
  play(async (world) => {
    const phone = await world.connect(await world.subscriber('alice'))
    phone.request('OPTIONS', { uri: `sip:${world.domain}`, headers: ['User-Agent: friendly-scanner'] })
    phone.request('REGISTER', { headers: ['User-Agent: sipvicious'] })
    phone.request('INVITE', { uri: 'sip:900441234@h', headers: ['User-Agent: VaxSIPUserAgent/3.1'] })
    await phone.expectNothing()
    expect(world.events('request.dropped')).toHaveLength(3)
  }))

function joined(head: string, body: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(head)
  const all = new Uint8Array(bytes.length + body.length)
  all.set(bytes)
  all.set(body, bytes.length)
  return all
}

/** The head of a 200 to an INVITE. */
function plainResponse(invite: string, length: number): string {
  const copied = invite.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Record-Route):/.test(line))
  const lines = copied.map((line) => (line.startsWith('To:') ? `${line};tag=bin` : line))
  return ['SIP/2.0 200 OK', ...lines, `Content-Length: ${length}`, '', ''].join('\r\n')
}
