import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { TrunkRegistrations } from '../../../../src/gateway/core/trunks'
import type { Trunk } from '../../../../src/sip/uac/trunk'

const trunk = (name: string): Trunk => ({
  name,
  registrar: 'carrier.example',
  username: '61299990000',
  secret: { password: 'a secret' },
  contactUser: name,
  expiresSeconds: 600,
  register: false,
  delaySeconds: 0,
  callerId: 'pass',
})

const trunks = new TrunkRegistrations({
  ports: {
    nowMs: () => 0,
    random: () => 'token',
    mac: () => 'mac',
    log: () => {},
    toNetwork: async () => {},
    toLink: async () => {},
  },
  own: { send: () => new Promise(() => {}) } as unknown as ConstructorParameters<typeof TrunkRegistrations>[0]['own'],
  hash: (algorithm, text) => createHash(algorithm.replace('-', '')).update(text).digest('hex'),
  sentBy: () => '192.0.2.1:5060',
  resolve: async () => [],
  onChanged: () => {},
})
afterEach(() => trunks.stop())

describe('a new configuration', () => {
  it('I11 brings trunks, takes away those that are gone, and keeps those that could not be read', () => {
    const names = () => trunks.describe().map(({ name }) => name)
    trunks.configure([trunk('one'), trunk('two'), trunk('three')])
    expect(names()).toEqual(['one', 'two', 'three'])
    trunks.configure([trunk('one')], ['two', 'never-seen'])
    expect(names()).toEqual(['one', 'two'])
    expect([trunks.byContact('two'), trunks.byContact('three')]).toEqual(['two', undefined])
  })
})
