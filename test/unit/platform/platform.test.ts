import { expect, it } from 'vitest'
import { deploymentSettings, wrongSetting } from '../../../src/platform/deployment'
import { hash } from '../../../src/platform/hash'
import { keyedMac } from '../../../src/platform/mac'
import { randomToken } from '../../../src/platform/random'
import { sameSecret } from '../../../src/platform/same-secret'

it('hashes UTF-8 with both algorithms of RFC 8760, in lower-case hex', () => {
  expect(hash('MD5', 'Mufasa:http-auth@example.org:Circle of Life')).toBe('3d78807defe7de2157e2b0b6573a855f')
  expect(hash('SHA-256', 'Mufasa:http-auth@example.org:Circle of Life')).toBe(
    '7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232',
  )
  expect(hash('MD5', 'ü')).toBe(hash('MD5', '\u{fc}'))
  expect(hash('MD5', 'ü')).not.toBe(hash('MD5', 'u'))
})

it('U02 A18 reads what a deployment is set to, and names the first setting that is wrong', () => {
  expect(deploymentSettings({})).toEqual({ antiFlood: false, redirections: 'relay', callsKept: 'ladders' })
  expect(deploymentSettings({ ANTI_FLOOD: 'on', REDIRECTIONS: 'block', CALLS_KEPT: 'off' })).toEqual({
    antiFlood: true,
    redirections: 'block',
    callsKept: 'off',
  })
  expect(wrongSetting({})).toBeUndefined()
  expect(wrongSetting({ SOCKETS_PER_OBJECT: 'many', ANTI_FLOOD: 'on', REDIRECTIONS: 'recurse' })).toBeUndefined()
  expect(wrongSetting({ REDIRECTIONS: 'blok' })).toBe(
    'REDIRECTIONS is "blok": it must be "relay", "recurse" or "block".',
  )
})

it('makes the same 22 characters for the same secret and text, and others otherwise', () => {
  const mac = keyedMac('one secret')
  expect(mac('text')).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(mac('text')).toBe(keyedMac('one secret')('text'))
  expect(mac('text')).not.toBe(mac('texT'))
  expect(mac('text')).not.toBe(keyedMac('another secret')('text'))
})

it('makes random tokens of the length asked for, each time another', () => {
  expect(randomToken()).toMatch(/^[A-Za-z0-9_-]{11}$/)
  expect(randomToken(16)).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(new Set(Array.from({ length: 1_000 }, () => randomToken())).size).toBe(1_000)
})

it('compares secrets of any length', () => {
  expect(sameSecret('token', 'token')).toBe(true)
  expect(sameSecret('token', 'tokem')).toBe(false)
  expect(sameSecret('token', 'token ')).toBe(false)
  expect(sameSecret('', 'token')).toBe(false)
})
