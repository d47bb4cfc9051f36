import { describe, expect, it } from 'vitest'
import { digestAuth } from '../../../src/blocks'
import { ha1 } from '../../../src/sip/auth/ha1'
import { NONCE_LIFETIME_MS } from '../../../src/sip/auth/nonce'
import { appendHeader } from '../../../src/sip/message/edit'
import { headerLines } from '../../../src/sip/message/headers'
import type { Request } from '../../../src/sip/message/message'
import { hash } from '../sip/auth/crypto'
import { answered, Exchange, inShort } from '../support/exchange'
import { requestOf } from '../support/messages'
import { jssipRegister } from '../support/registrations'

const ALICE = 'alice@example.test'
const invite = requestOf('INVITE')
const run = (request: Request, exchange = new Exchange()) => exchange.run(digestAuth(), request)

describe('a request without credentials', () => {
  it('E05 REGISTER is challenged with 401', async () => {
    const { decision } = await run(jssipRegister())
    expect(inShort(decision)).toBe('401 Unauthorized')
    expect(answered(decision, 'www-authenticate')).toMatch(
      /^Digest realm="example\.test", nonce="[^"]+", algorithm=MD5/,
    )
    expect(answered(decision, 'proxy-authenticate')).toBeUndefined()
  })

  it.each(['INVITE', 'MESSAGE', 'SUBSCRIBE', 'REFER', 'OPTIONS', 'FOO'])(
    'E06 %s is challenged with 407',
    async (method) => {
      const { decision } = await run(requestOf(method))
      expect(inShort(decision)).toBe('407 Proxy Authentication Required')
      expect(answered(decision, 'proxy-authenticate')).toMatch(/^Digest realm="example\.test"/)
      expect(answered(decision, 'www-authenticate')).toBeUndefined()
    },
  )

  it('P4 E03 the realm is the domain, for 401 and 407', async () => {
    const realm = (text: string | undefined) => /realm="([^"]*)"/.exec(text ?? '')?.[1]
    const register = await run(jssipRegister())
    const call = await run(invite)
    expect(realm(answered(register.decision, 'www-authenticate'))).toBe('example.test')
    expect(realm(answered(call.decision, 'proxy-authenticate'))).toBe('example.test')
  })

  it('P3 offers qop "auth" alone, and P5 no stale', async () => {
    const value = answered((await run(invite)).decision, 'proxy-authenticate')
    expect(value).toContain('qop="auth"')
    expect(value).not.toMatch(/auth-int|stale/)
  })

  it('P2 a browser that knows only MD5 hears why when MD5 is forbidden', async () => {
    const exchange = new Exchange().addDomain({ name: 'example.test', unregistered: '404', algorithms: ['SHA-256'] })
    const { decision } = await run(requestOf('INVITE', { lines: ['User-Agent: JsSIP 3.13.8'] }), exchange)
    expect(inShort(decision)).toMatch(/^403 MD5 Is Not Allowed/)
    expect(inShort((await run(invite, exchange)).decision)).toMatch(/^407/)
  })

  it('goes on when its flow has proved the identity before, with no further look-up', async () => {
    const exchange = new Exchange()
    exchange.identities.add(ALICE)
    const { c, decision } = await run(invite, exchange)
    expect([inShort(decision), c.identity, exchange.asked]).toEqual(['goes on', ALICE, []])
  })

  it('E15 from a foreign domain goes on without identity: that is for noOpenRelay', async () => {
    const { c, decision } = await run(requestOf('INVITE', { from: '<sip:eve@elsewhere.test>;tag=1' }))
    expect([inShort(decision), c.identity]).toEqual(['goes on', undefined])
  })
})

describe('a request with credentials', () => {
  const right = (request: Request, exchange: Exchange, options = {}) =>
    exchange.withCredentials(request, 'alice', "alice's password", options)

  it('E02 that are right goes on with the identity', async () => {
    const exchange = new Exchange()
    const { c, decision } = await run(right(invite, exchange), exchange)
    expect([inShort(decision), c.identity]).toEqual(['goes on', ALICE])
  })

  it('E16 may be proved by another source of secrets, which is asked in place of the subscribers', async () => {
    const exchange = new Exchange()
    const asked: unknown[] = []
    const secrets = new Map([['carol', ha1(hash, 'MD5', 'carol', 'example.test', 'elsewhere')]])
    const block = digestAuth({
      ha1: async (who) => {
        asked.push(who)
        return secrets.get(who.username)?.toUpperCase()
      },
    })
    const as = async (username: string, password: string) => {
      const request = requestOf('INVITE', { from: `<sip:${username}@example.test>;tag=1` })
      const { c, decision } = await exchange.run(block, exchange.withCredentials(request, username, password))
      return [inShort(decision), c.identity]
    }
    expect(await as('carol', 'elsewhere')).toEqual(['goes on', 'carol@example.test'])
    expect(asked).toEqual([{ username: 'carol', domain: 'example.test', algorithm: 'MD5' }])
    expect(await as('dan', 'elsewhere')).toEqual(['407 Proxy Authentication Required', undefined])
    expect(await as('alice', "alice's password")).toEqual(['407 Proxy Authentication Required', undefined])
  })

  it('E10 loses those for our realm and keeps those for others', async () => {
    const exchange = new Exchange()
    const other = 'Digest username="a", realm="carrier.test", nonce="n", uri="sip:x", response="r"'
    const { c } = await run(appendHeader(right(invite, exchange), 'Proxy-Authorization', other), exchange)
    expect(headerLines(c.request, 'proxy-authorization')).toEqual([other])
  })

  it('E10 loses them on a flow that had proved its identity before, too', async () => {
    const exchange = new Exchange()
    exchange.identities.add(ALICE)
    const { c } = await run(right(invite, exchange), exchange)
    expect(headerLines(c.request, 'proxy-authorization')).toEqual([])
  })

  it('B09 P5 that are wrong is challenged again, without stale', async () => {
    const exchange = new Exchange()
    const { c, decision } = await run(exchange.withCredentials(invite, 'alice', 'wrong'), exchange)
    expect(inShort(decision)).toMatch(/^407/)
    expect(answered(decision, 'proxy-authenticate')).not.toContain('stale')
    expect(c.identity).toBeUndefined()
  })

  it('B09 an unknown user and a wrong password look the same', async () => {
    const answers = await Promise.all(
      [invite, requestOf('INVITE', { from: '<sip:nobody@example.test>;tag=from1' })].map(async (request, i) => {
        const exchange = new Exchange()
        const { decision } = await run(exchange.withCredentials(request, i ? 'nobody' : 'alice', 'wrong'), exchange)
        return [inShort(decision), answered(decision, 'proxy-authenticate')]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })

  it('E17 P5 with an old nonce is challenged with stale=true', async () => {
    const exchange = new Exchange()
    const mintedAtMs = exchange.nowMs - NONCE_LIFETIME_MS - 1
    const { decision } = await run(right(invite, exchange, { mintedAtMs }), exchange)
    expect(inShort(decision)).toMatch(/^407/)
    expect(answered(decision, 'proxy-authenticate')).toContain('stale=true')
  })

  it.each([
    ['INVITE from bob', requestOf('INVITE', { from: '<sip:bob@example.test>;tag=1' })],
    ['REGISTER of bob', jssipRegister()],
  ])('E04 right credentials of alice on %s are 403', async (_, request) => {
    const exchange = new Exchange()
    const { c, decision } = await run(right(request, exchange), exchange)
    expect([inShort(decision), c.identity]).toEqual(['403 Forbidden', undefined])
  })

  it('E03 for another realm is challenged for ours', async () => {
    const exchange = new Exchange()
    expect(inShort((await run(right(invite, exchange, { realm: 'other.test' }), exchange)).decision)).toMatch(/^407/)
    expect(exchange.asked).toEqual([])
  })

  it('E03 the same user in two domains has two passwords', async () => {
    const exchange = new Exchange().addDomain({ name: 'two.test', unregistered: '404', algorithms: ['MD5'] })
    exchange.subscribers.set('alice@two.test', 'other')
    const request = requestOf('INVITE', { from: '<sip:alice@two.test>;tag=1' })
    const realm = { realm: 'two.test' }
    const crossed = await run(exchange.withCredentials(request, 'alice', "alice's password", realm), exchange)
    expect(inShort(crossed.decision)).toMatch(/^407/)
    const own = await run(exchange.withCredentials(request, 'alice', 'other', realm), exchange)
    expect([inShort(own.decision), own.c.identity]).toEqual(['goes on', 'alice@two.test'])
  })

  it('E02 with an algorithm that was not offered is challenged, and the password is not tried', async () => {
    const exchange = new Exchange().addDomain({ name: 'example.test', unregistered: '404', algorithms: ['SHA-256'] })
    const { c, decision } = await run(right(invite, exchange, { algorithm: 'MD5' }), exchange)
    expect([inShort(decision), c.identity]).toEqual(['407 Proxy Authentication Required', undefined])
    expect(exchange.asked).toEqual([])
    const strong = await run(right(invite, exchange, { algorithm: 'SHA-256' }), exchange)
    expect(strong.c.identity).toBe(ALICE)
  })

  it('B09 after too many wrong ones is 403', async () => {
    const exchange = new Exchange()
    exchange.isLocked = true
    const { decision } = await run(right(invite, exchange), exchange)
    expect(inShort(decision)).toBe('403 Too Many Authentication Failures')
  })
})
