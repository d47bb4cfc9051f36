import { describe, expect, it } from 'vitest'
import { checkNonce, mintNonce, NONCE_LIFETIME_MS } from '../../../../src/sip/auth/nonce'
import { macWith } from './crypto'

const mac = macWith('a secret of the deployment')
const realm = 'example.test'
const nowMs = 1_800_000_000_000
const nonce = mintNonce({ nowMs, random: 'Zk3-_9aQ', realm }, mac)

describe('E17 the stateless nonce', () => {
  it('is compact and safe inside a quoted string', () => {
    expect(nonce).toMatch(/^[A-Za-z0-9._-]{1,44}$/)
  })

  it('is fresh for its lifetime and expired after it', () => {
    expect(checkNonce(nonce, { nowMs, realm }, mac)).toBe('fresh')
    expect(checkNonce(nonce, { nowMs: nowMs + NONCE_LIFETIME_MS, realm }, mac)).toBe('fresh')
    expect(checkNonce(nonce, { nowMs: nowMs + NONCE_LIFETIME_MS + 1, realm }, mac)).toBe('expired')
  })

  it('is fresh where the clock is a little behind', () => {
    expect(checkNonce(nonce, { nowMs: nowMs - 2_000, realm }, mac)).toBe('fresh')
  })

  it('is foreign in another realm and under another secret', () => {
    expect(checkNonce(nonce, { nowMs, realm: 'other.test' }, mac)).toBe('foreign')
    expect(checkNonce(nonce, { nowMs, realm }, macWith('another secret'))).toBe('foreign')
  })

  it('is foreign once any character of it changed, expired or not', () => {
    for (let at = 0; at < nonce.length; at++) {
      const forged = `${nonce.slice(0, at)}${nonce[at] === 'a' ? 'b' : 'a'}${nonce.slice(at + 1)}`
      expect(checkNonce(forged, { nowMs, realm }, mac), forged).toBe('foreign')
      expect(checkNonce(forged, { nowMs: nowMs * 2, realm }, mac), forged).toBe('foreign')
    }
  })

  it.each([
    '',
    '.',
    '..',
    'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    `${nonce}x`,
    nonce.slice(0, -1),
    ` ${nonce}`,
    'a'.repeat(9_999),
  ])('is foreign when somebody else made it: %s', (other) => {
    expect(checkNonce(other, { nowMs, realm }, mac)).toBe('foreign')
  })

  it('differs with its randomness', () => {
    expect(mintNonce({ nowMs, random: 'other', realm }, mac)).not.toBe(nonce)
  })

  it.each(['', 'a.b', 'a"b', 'a b'])('is not made of unsafe randomness: %j', (random) => {
    expect(() => mintNonce({ nowMs, random, realm }, mac)).toThrow('base64url')
  })

  it('lives five minutes', () => {
    expect(NONCE_LIFETIME_MS).toBe(300_000)
  })
})
