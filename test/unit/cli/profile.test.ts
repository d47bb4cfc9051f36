import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProfile, readUrl, removeProfile, storeProfile, urlToKeep } from '../../../src/cli/profile'

const nothing = { url: undefined, token: undefined, profile: undefined }
let folder: string
const io = (env: Record<string, string> = {}) => ({ env: { XDG_CONFIG_HOME: folder, ...env }, root: folder })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strowger-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('T07 the profile of the command line', () => {
  it('is this machine when nothing is said, with the token that the server keeps', () => {
    expect(findProfile(nothing, io())).toMatchObject({ url: 'http://127.0.0.1:8787', token: undefined })
    writeFileSync(join(folder, 'admin-token'), 'kept\n')
    expect(findProfile(nothing, io({ PORT: '9000', STATE_DIR: '.' }))).toEqual({
      url: 'http://127.0.0.1:9000',
      urlFrom: 'this machine',
      token: 'kept',
      tokenFrom: join(folder, 'admin-token'),
    })
    expect(findProfile(nothing, io({ ADMIN_TOKEN: 'mine', STATE_DIR: '.' })).token).toBe('mine')
  })

  it('never sends the token of this machine elsewhere', () => {
    writeFileSync(join(folder, 'admin-token'), 'kept\n')
    const elsewhere = { ...nothing, url: 'https://sip.example.com' }
    expect(findProfile(elsewhere, io({ STATE_DIR: '.', ADMIN_TOKEN: 'mine' })).token).toBeUndefined()
  })

  it('takes options before the environment, and that before what login has kept', () => {
    storeProfile(io(), undefined, { url: 'https://kept.example', token: 'kept' })
    expect(findProfile(nothing, io())).toMatchObject({ url: 'https://kept.example', token: 'kept' })
    const env = io({ STROWGER_URL: 'https://env.example', STROWGER_TOKEN: 'env' })
    expect(findProfile(nothing, env)).toMatchObject({
      url: 'https://env.example',
      token: 'env',
      tokenFrom: 'STROWGER_TOKEN',
    })
    const given = { ...nothing, url: 'wss://given.example/', token: 'given' }
    expect(findProfile(given, env)).toMatchObject({ url: 'https://given.example', token: 'given', urlFrom: '--url' })
  })

  it('never sends a kept token to another URL', () => {
    storeProfile(io(), undefined, { url: 'https://kept.example', token: 'kept' })
    expect(findProfile({ ...nothing, url: 'https://other.example' }, io()).token).toBeUndefined()
    expect(findProfile({ ...nothing, url: 'https://kept.example/' }, io()).token).toBe('kept')
  })

  it('has several by name', () => {
    storeProfile(io(), undefined, { url: 'https://one.example', token: '1' })
    storeProfile(io(), 'lab', { url: 'https://lab.example', token: '2' })
    expect(findProfile({ ...nothing, profile: 'lab' }, io()).token).toBe('2')
    expect(findProfile(nothing, io({ STROWGER_PROFILE: 'lab' })).token).toBe('2')
    expect(findProfile(nothing, io()).token).toBe('1')
    expect(() => findProfile({ ...nothing, profile: 'nix' }, io())).toThrow('There is no profile "nix"')
    expect(removeProfile(io(), 'lab')).toBe(true)
    expect(removeProfile(io(), 'lab')).toBe(false)
    expect(findProfile(nothing, io()).token).toBe('1')
  })

  it('is kept for its owner alone, and refused when others can read it', () => {
    const file = storeProfile(io(), undefined, { url: 'https://one.example', token: '1' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('https://one.example')
    chmodSync(file, 0o644)
    expect(() => findProfile(nothing, io())).toThrow('can be read by others: chmod 600 it')
  })

  it('that is no JSON is named', () => {
    const file = storeProfile(io(), undefined, { url: 'https://one.example', token: '1' })
    writeFileSync(file, '{')
    expect(() => findProfile(nothing, io())).toThrow(`${file} is no JSON`)
  })

  it('is replaced by login whatever was kept', () => {
    storeProfile(io(), undefined, { url: 'https://one.example', token: '1' })
    expect(urlToKeep({ url: undefined }, io())).toBe('http://127.0.0.1:8787')
    expect(urlToKeep({ url: 'https://two.example/' }, io())).toBe('https://two.example')
  })
})

describe('a URL', () => {
  it('is of HTTP or of a WebSocket, without a slash at the end', () => {
    expect(readUrl('https://sip.example.com/')).toBe('https://sip.example.com')
    expect(readUrl('ws://127.0.0.1:8787/sip//')).toBe('http://127.0.0.1:8787/sip')
    for (const text of ['sip.example.com', 'sip:x', 'ftp://x', ''])
      expect(() => readUrl(text)).toThrow('is no URL like')
  })
})
