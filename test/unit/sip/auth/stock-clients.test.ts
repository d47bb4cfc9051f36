import { createRequire } from 'node:module'
import { DigestAuthentication as SipJsDigest } from 'sip.js/lib/core/messages/digest-authentication.js'
import { Parser as SipJsParser } from 'sip.js/lib/core/messages/parser.js'
import { describe, expect, it } from 'vitest'
import type { Algorithm } from '../../../../src/sip/auth/algorithm'
import { challengeAlgorithms, formatChallenge } from '../../../../src/sip/auth/challenge'
import { credentialsFor } from '../../../../src/sip/auth/credentials'
import { ha1 } from '../../../../src/sip/auth/ha1'
import { checkNonce, mintNonce } from '../../../../src/sip/auth/nonce'
import { verifyDigest } from '../../../../src/sip/auth/verify'
import { makeResponse } from '../../../../src/sip/message/respond'
import { serialize } from '../../../../src/sip/message/serialize'
import { hash, macWith } from './crypto'
import { requestWith } from './request'

/** The code of the stock clients that reads a challenge and writes credentials, unmodified. */
interface StockClient {
  readonly name: string
  readonly userAgent: string
  challengeOf(text: string): { algorithm?: string; stale?: boolean; qop?: string[] } | undefined
  /** The value of the Authorization line, or undefined when the client gives up. */
  answer(text: string, password: string): string | undefined
}

const require = createRequire(import.meta.url)
const JsSipParser = require('jssip/lib/Parser.js')
const JsSipDigest = require('jssip/lib/DigestAuthentication.js')
const uri = 'sip:example.test'
const realm = 'example.test'

const jsSip: StockClient = {
  name: 'JsSIP',
  userAgent: `JsSIP ${require('jssip/package.json').version}`,
  challengeOf: (text) => JsSipParser.parseMessage(text, {}).parseHeader('www-authenticate'),
  answer(text, password) {
    const digest = new JsSipDigest({ username: '1001', password })
    const request = { method: 'REGISTER', ruri: uri, body: undefined }
    return digest.authenticate(request, this.challengeOf(text)) ? digest.toString() : undefined
  },
}

const silent = { log() {}, warn() {}, error() {}, debug() {} } as never

const sipJs: StockClient = {
  name: 'SIP.js',
  userAgent: `SIP.js/${require('sip.js/package.json').version}`,
  challengeOf: (text) => SipJsParser.parseMessage(text, silent)?.parseHeader('www-authenticate'),
  answer(text, password) {
    const digest = new SipJsDigest({ getLogger: () => silent } as never, undefined, '1001', password)
    const request = { method: 'REGISTER', ruri: uri } as never
    return digest.authenticate(request, this.challengeOf(text)) ? digest.toString() : undefined
  },
}

const mac = macWith('a secret')
const nowMs = 1_800_000_000_000
const nonce = mintNonce({ nowMs, random: 'Zk3-_9aQ', realm }, mac)
const lines = (algorithms: readonly Algorithm[], stale = false) =>
  algorithms.map(
    (algorithm) => ['WWW-Authenticate', formatChallenge({ realm, nonce, algorithm, stale, opaque: 'o' })] as const,
  )
const unauthorized = (algorithms: readonly Algorithm[], stale = false) =>
  serialize(makeResponse(requestWith(), 401, { toTag: 't', headers: lines(algorithms, stale) }))

describe.each([jsSip, sipJs])('$name and our challenge', (client) => {
  it('E02 answers it with credentials that verify, and a wrong password does not', () => {
    const text = unauthorized(challengeAlgorithms(['SHA-256', 'MD5'], client.userAgent))
    for (const password of ['right', 'wrong']) {
      const value = client.answer(text, password)
      const credentials = credentialsFor(requestWith(`Authorization: ${value}`), realm)
      expect(credentials).toMatchObject({ username: '1001', uri, algorithm: 'MD5', qop: 'auth', nc: '00000001' })
      if (!credentials) throw new Error('no credentials')
      expect(checkNonce(credentials.nonce, { nowMs, realm }, mac)).toBe('fresh')
      const secret = ha1(hash, 'MD5', '1001', realm, 'right')
      expect(verifyDigest(credentials, { method: 'REGISTER', ha1: secret, hash })).toBe(password === 'right')
    }
  })

  it('E02 writes the parameters in the order and the quotes that the parser is tested with', () => {
    expect(client.answer(unauthorized(['MD5']), 'p')).toMatch(
      /^Digest algorithm=MD5, username="1001", realm="example\.test", nonce="[^"]+", uri="sip:example\.test", response="[0-9a-f]{32}", opaque="o", qop=auth, cnonce="[^"]+", nc=00000001$/,
    )
  })

  it('P3 reads the one quality of protection', () => {
    expect(client.challengeOf(unauthorized(['MD5']))?.qop).toEqual(['auth'])
  })

  it('P5 reads stale', () => {
    expect(client.challengeOf(unauthorized(['MD5'], true))?.stale).toBe(true)
    expect(client.challengeOf(unauthorized(['MD5']))?.stale).toBeUndefined()
  })

  it('P2 gives up on SHA-256', () => {
    expect(client.answer(unauthorized(['SHA-256']), 'p')).toBeUndefined()
  })

  it('P2 reads the last of several challenges, so that MD5 in that place serves it under any name', () => {
    expect(client.answer(unauthorized(['MD5', 'SHA-256']), 'p')).toBeUndefined()
    expect(client.answer(unauthorized(challengeAlgorithms(['MD5', 'SHA-256'], 'Acme Phone')), 'p')).toMatch(/^Digest/)
  })
})
