import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OwnRequests } from '../../../src/gateway/core/own-requests'
import {
  MAX_FAILED_PINGS,
  PhoneKeepAlive,
  PING_PATIENCE_MS,
  type RemotePhone,
} from '../../../src/gateway/core/phone-keep-alive'
import type { Ports } from '../../../src/gateway/core/ports'
import { parse } from '../../../src/sip/message/parse'
import { makeResponse } from '../../../src/sip/message/respond'

const EVERY_MS = 25_000
const URI = 'sip:desk@10.0.0.5:5060'
const bound = (expiresSeconds: number) => ({ uri: URI, expiresSeconds })
const PHONE: RemotePhone = {
  to: { transport: 'UDP', address: '192.0.2.7', port: 5062 },
  aor: 'desk@example.test',
  token: 'token',
}

let answers: boolean
let gone: RemotePhone[]
let asked: string[]
let keepAlive: PhoneKeepAlive
let own: OwnRequests
beforeEach(() => {
  vi.useFakeTimers()
  answers = true
  gone = []
  asked = []
  let serial = 0
  const ports = {
    nowMs: () => Date.now(),
    random: () => `r${serial++}`,
    toNetwork: async ({ text, binary }) => {
      const { message } = parse(text, binary)
      if (message?.kind !== 'request') throw new Error('no request')
      asked.push(`${message.method} ${message.uri}`)
      if (answers) own.response(makeResponse(message, 404))
    },
  } as Partial<Ports> as Ports
  own = new OwnRequests(ports, () => '127.0.0.1:5060')
  keepAlive = new PhoneKeepAlive({
    ports,
    own,
    everyMs: EVERY_MS,
    sentBy: () => '127.0.0.1:5060',
    onGone: (phone) => gone.push(phone),
  })
})
afterEach(() => {
  keepAlive.stop()
  own.stop()
  vi.useRealTimers()
})

const rounds = (count: number) => vi.advanceTimersByTimeAsync(count * EVERY_MS)

describe('O15 a UDP phone behind a NAT', () => {
  it('is asked with OPTIONS at its Contact, and any answer says that it is there', async () => {
    keepAlive.registered(PHONE, bound(3_600))
    await rounds(10)
    expect(asked).toEqual(Array(10).fill(`OPTIONS ${URI}`))
    expect(gone).toEqual([])
  })

  it(`is gone after ${MAX_FAILED_PINGS} pings in a row without an answer, and then asked no more`, async () => {
    keepAlive.registered(PHONE, bound(3_600))
    answers = false
    await rounds(MAX_FAILED_PINGS)
    expect(gone).toEqual([])
    await vi.advanceTimersByTimeAsync(PING_PATIENCE_MS)
    expect(gone).toEqual([PHONE])
    own.stop()
    const count = asked.length
    await rounds(3)
    expect([asked.length, gone.length]).toEqual([count, 1])
  })

  it('an answer in between, and a registration, begin the count anew', async () => {
    keepAlive.registered(PHONE, bound(3_600))
    answers = false
    await rounds(2)
    await vi.advanceTimersByTimeAsync(PING_PATIENCE_MS)
    answers = true
    await rounds(1)
    answers = false
    await rounds(2)
    keepAlive.registered(PHONE, bound(3_600))
    await rounds(2)
    await vi.advanceTimersByTimeAsync(PING_PATIENCE_MS)
    expect(gone).toEqual([])
  })

  it('is asked no longer than it is registered', async () => {
    keepAlive.registered(PHONE, bound(60))
    await rounds(5)
    expect(asked).toHaveLength(2)
    keepAlive.registered(PHONE, bound(3_600))
    keepAlive.registered(PHONE, undefined)
    await rounds(2)
    expect(asked).toHaveLength(2)
  })
})
