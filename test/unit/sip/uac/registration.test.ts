import { beforeEach, describe, expect, it } from 'vitest'
import { header } from '../../../../src/sip/message/headers'
import type { Request } from '../../../../src/sip/message/message'
import { makeResponse } from '../../../../src/sip/message/respond'
import {
  MAX_BACK_OFF_MS,
  newRegistration,
  REJECTED_BACK_OFF_MS,
  type Registration,
  type RegistrationInput,
  START_SPREAD_MS,
  stepRegistration,
} from '../../../../src/sip/uac/registration'
import type { Trunk } from '../../../../src/sip/uac/trunk'
import { hash } from '../auth/crypto'

const TRUNK: Trunk = {
  name: 'one',
  registrar: 'carrier.example',
  username: '61299990000',
  secret: { password: 's3cret' },
  contactUser: 'trunk-one',
  expiresSeconds: 600,
  register: true,
  delaySeconds: 0,
  callerId: 'pass',
}
const challengeOf = (more = 'qop="auth"', realm = 'carrier.example', nonce = 'n1') =>
  `Digest realm="${realm}", nonce="${nonce}", ${more}`

/** One trunk with a clock that the test moves; the state goes through JSON before every step. */
class Play {
  state: Registration
  nowMs = 1_000_000
  sent: Request | undefined
  trunk: Trunk
  changes: string[] = []

  constructor(trunk: Partial<Trunk> = {}) {
    this.trunk = { ...TRUNK, ...trunk }
    this.state = newRegistration(this.trunk, { callId: 'call-1', fromTag: 'tag-1', cSeq: 100 }, this.nowMs)
  }

  give(input: RegistrationInput): this {
    const facts = {
      trunk: this.trunk,
      nowMs: this.nowMs,
      contactHost: '203.0.113.5:5060',
      transport: 'UDP',
      cnonce: 'c',
      hash,
    } as const
    const { state, effects } = stepRegistration(JSON.parse(JSON.stringify(this.state)), input, facts)
    this.state = state
    this.sent = undefined
    for (const effect of effects) {
      if (effect.type === 'send') this.sent = effect.request
      else this.changes.push(`${effect.from} > ${effect.to}`)
    }
    return this
  }

  /** To the next REGISTER. */
  due(): this {
    if (this.state.nextAttemptAtMs === undefined) throw new Error('nothing is planned')
    this.nowMs = Math.max(this.nowMs, this.state.nextAttemptAtMs)
    return this.give({ type: 'tick' })
  }

  answer(status: number, headers: ReadonlyArray<readonly [string, string]> = []): this {
    const request = this.sent ?? this.last
    if (!request) throw new Error('nothing was sent')
    this.last = request
    return this.give({ type: 'response', response: makeResponse(request, status, { toTag: 't', headers }) })
  }
  private last: Request | undefined

  challenge(...challenges: string[]): this {
    return this.answer(
      401,
      challenges.map((c) => ['WWW-Authenticate', c] as const),
    )
  }

  get authorization(): string {
    return (this.sent && header(this.sent, 'authorization')) ?? ''
  }
}

let play: Play
beforeEach(() => {
  play = new Play()
})
const contact = (expires: number) => [['Contact', `<sip:trunk-one@203.0.113.5:5060>;expires=${expires}`]] as const

describe('the first REGISTER', () => {
  it('I09 comes after the delay, spread over all trunks', () => {
    const delayed = new Play({ delaySeconds: 7 })
    const planned = (delayed.state.nextAttemptAtMs ?? 0) - delayed.nowMs
    expect(planned).toBeGreaterThanOrEqual(7_000)
    expect(planned).toBeLessThan(7_000 + START_SPREAD_MS)
    const all = Array.from({ length: 1_000 }, (_, i) => new Play({ name: `t${i}` }).state.nextAttemptAtMs)
    expect(new Set(all).size).toBeGreaterThan(500)
  })

  it('I01 I03 has what RFC 3261 §10.2 wants', () => {
    const { sent } = play.due()
    expect(sent?.uri).toBe('sip:carrier.example')
    const values = ['from', 'to', 'contact', 'expires', 'cseq', 'call-id'].map((key) => sent && header(sent, key))
    expect(values).toEqual([
      '<sip:61299990000@carrier.example>;tag=tag-1',
      '<sip:61299990000@carrier.example>',
      '<sip:trunk-one@203.0.113.5:5060>',
      '600',
      '101 REGISTER',
      'call-1',
    ])
    expect(play.state.status).toBe('registering')
  })

  it('is not sent twice while one is under way', () => {
    play.due()
    play.nowMs += 60_000
    expect(play.give({ type: 'tick' }).sent).toBeUndefined()
  })
})

describe('challenges', () => {
  it('I01 401 is answered with the next CSeq, and 200 is registered', () => {
    play.due().challenge(challengeOf())
    expect(play.authorization).toContain('username="61299990000"')
    expect(play.sent && header(play.sent, 'cseq')).toBe('102 REGISTER')
    play.answer(200, contact(600))
    expect(play.changes).toEqual(['waiting > registering', 'registering > registered'])
  })

  it('407 is answered as a proxy wants it', () => {
    play.due().answer(407, [['Proxy-Authenticate', challengeOf()]])
    expect(play.sent && header(play.sent, 'proxy-authorization')).toContain('Digest')
  })

  it('SHA-256 is chosen where it is offered, MD5 where the secret is an HA1', () => {
    const both = [challengeOf('algorithm=MD5, qop="auth"'), challengeOf('algorithm=SHA-256, qop="auth"')]
    expect(play.due().challenge(...both).authorization).toContain('algorithm=SHA-256')
    const withHa1 = new Play({ secret: { ha1: 'a'.repeat(32) } })
    expect(withHa1.due().challenge(...both).authorization).toContain('algorithm=MD5')
  })

  it('I05 an HA1 gives the answer that its password gives', () => {
    const ha1 = hash('MD5', '61299990000:carrier.example:s3cret')
    const [a, b] = [new Play(), new Play({ secret: { ha1 } })].map(
      (p) => p.due().challenge(challengeOf()).authorization,
    )
    expect(a).toBe(b)
  })

  it('I13 the same challenge again is a wrong password: rejected, tried again after five minutes only', () => {
    play
      .due()
      .challenge(challengeOf())
      .challenge(challengeOf('qop="auth"', 'carrier.example', 'n2'))
    expect([play.state.status, play.sent]).toEqual(['rejected', undefined])
    expect((play.state.nextAttemptAtMs ?? 0) - play.nowMs).toBe(REJECTED_BACK_OFF_MS)
  })

  it('a stale nonce is answered once more, and never for ever', () => {
    play
      .due()
      .challenge(challengeOf())
      .challenge(challengeOf('stale=true, qop="auth"', 'carrier.example', 'n2'))
    expect(play.authorization).toContain('nonce="n2"')
    play.challenge(challengeOf('stale=true, qop="auth"', 'carrier.example', 'n3'))
    expect(play.state.status).toBe('rejected')
  })

  it('I06 F3 another realm than the configured one is told nothing, and is shown', () => {
    const strict = new Play({ realm: 'carrier.example' })
    strict.due().challenge(challengeOf('qop="auth"', 'evil.example'))
    expect(strict.sent).toBeUndefined()
    expect(strict.state).toMatchObject({ status: 'realm-mismatch', theirRealm: 'evil.example' })
    expect(play.due().challenge(challengeOf('qop="auth"', 'any.example')).authorization).toContain(
      'realm="any.example"',
    )
  })

  it('a challenge that nobody can answer is a failure', () => {
    play.due().challenge('Bearer realm="x"')
    expect(play.state).toMatchObject({ status: 'failed', lastReason: 'unsupported challenge' })
  })
})

describe('I07 refreshing', () => {
  it.each([60, 600, 3_600])('comes at 60-80 %% of the granted %i s', (granted) => {
    play.due().answer(200, contact(granted))
    const part = ((play.state.nextAttemptAtMs ?? 0) - play.nowMs) / (granted * 1_000)
    expect(part).toBeGreaterThanOrEqual(0.6)
    expect(part).toBeLessThan(0.8)
    expect(play.state.registeredUntilMs).toBe(play.nowMs + granted * 1_000)
    expect(play.due().sent && header(play.sent as Request, 'cseq')).toBe('102 REGISTER')
  })

  it('our own Contact counts, not that of another phone, and Expires when there is none', () => {
    play.due().answer(200, [['Contact', '<sip:other@192.0.2.9>;expires=30'], ...contact(120)])
    expect(play.state.registeredUntilMs).toBe(play.nowMs + 120_000)
    const bare = new Play().due().answer(200, [['Expires', '240']])
    expect(bare.state.registeredUntilMs).toBe(bare.nowMs + 240_000)
  })

  it('423 raises what is asked for', () => {
    play.due().answer(423, [['Min-Expires', '1800']])
    expect(play.sent && header(play.sent, 'expires')).toBe('1800')
    play.answer(200, contact(1_800))
    expect(play.due().sent && header(play.sent as Request, 'expires')).toBe('1800')
  })

  it('423 that asks for nothing more is a failure and no loop', () => {
    play.due().answer(423, [['Min-Expires', '60']])
    expect([play.state.status, play.sent]).toEqual(['failed', undefined])
  })
})

describe('I13 failures', () => {
  it.each(['timeout', 'transport'] as const)('%s: waits longer each time, up to five minutes, for ever', (why) => {
    const waits: number[] = []
    for (let i = 0; i < 12; i++) {
      play.due().give({ type: 'failed', why })
      expect(play.state).toMatchObject({ status: 'failed', lastReason: why })
      waits.push((play.state.nextAttemptAtMs ?? 0) - play.nowMs)
    }
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0)
    expect(Math.max(...waits)).toBeLessThanOrEqual(MAX_BACK_OFF_MS)
    expect(waits.at(-1)).toBe(waits.at(-2))
  })

  it('a 5xx is one, a success forgets them', () => {
    play.due().answer(503).due().answer(500).due().answer(200, contact(600))
    expect(play.state).toMatchObject({ status: 'registered', failures: 0 })
  })

  it('403 is a refusal', () => {
    expect(play.due().answer(403).state.status).toBe('rejected')
  })

  it('what comes when nothing is under way is absorbed', () => {
    play.due().answer(200, contact(600))
    const before = play.state
    expect(play.give({ type: 'failed', why: 'timeout' }).state).toEqual(before)
    expect(play.answer(401, [['WWW-Authenticate', challengeOf()]]).state).toEqual(before)
  })
})

describe('I08 I11 configuration', () => {
  it('disabling unregisters with Expires 0, answers its challenge, and plans nothing', () => {
    play.due().answer(200, contact(600))
    play.trunk = { ...play.trunk, register: false }
    play.give({ type: 'configured' })
    expect(play.sent && header(play.sent, 'expires')).toBe('0')
    play.challenge(challengeOf())
    expect(play.sent && header(play.sent, 'expires')).toBe('0')
    play.answer(200)
    expect([play.state.status, play.state.nextAttemptAtMs]).toEqual(['disabled', undefined])
  })

  it('one that never registered has nothing to take back', () => {
    play.trunk = { ...play.trunk, register: false }
    expect(play.give({ type: 'configured' }).sent).toBeUndefined()
    expect(play.state.status).toBe('disabled')
  })

  it('enabling, and a new password after a refusal, register at once', () => {
    const off = new Play({ register: false })
    expect(off.state).toMatchObject({ status: 'disabled' })
    off.trunk = { ...off.trunk, register: true }
    expect(off.give({ type: 'configured' }).give({ type: 'tick' }).sent).toBeDefined()
    play.due().challenge(challengeOf()).challenge(challengeOf())
    expect(play.give({ type: 'configured' }).give({ type: 'tick' }).sent).toBeDefined()
  })
})
