import { describe, expect, it } from 'vitest'
import { settingsFrom } from '../../../src/web/settings'

const page = { protocol: 'http:', host: '127.0.0.1:8787' }

describe('settings of the demo phone', () => {
  it('needs no more than a user', () => {
    expect(settingsFrom('?user=1001', page)).toEqual({
      user: '1001',
      password: 'demo-1001',
      domain: 'strowger.test',
      server: 'ws://127.0.0.1:8787/ws',
      quiet: false,
    })
  })

  it('uses wss on a page that came over https', () => {
    expect(settingsFrom('?user=1001', { protocol: 'https:', host: 'sip.example' })?.server).toBe('wss://sip.example/ws')
  })

  it('takes password, domain, server and quiet from the query', () => {
    const query = '?user=alice&password=a%26b&domain=example.test&server=wss%3A%2F%2Fsip.example%2F&quiet=1'
    expect(settingsFrom(query, page)).toEqual({
      user: 'alice',
      password: 'a&b',
      domain: 'example.test',
      server: 'wss://sip.example/',
      quiet: true,
    })
  })

  it('keeps an empty password, which is how a wrong one is tried', () => {
    expect(settingsFrom('?user=1001&password=', page)?.password).toBe('')
  })

  it.each(['', '?user=', '?user=%20'])('asks for a user when the query is "%s"', (query) => {
    expect(settingsFrom(query, page)).toBeUndefined()
  })

  it.each(['0', 'false'])('rings when quiet is %s', (value) => {
    expect(settingsFrom(`?user=1001&quiet=${value}`, page)?.quiet).toBe(false)
  })
})
