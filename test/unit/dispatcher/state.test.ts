import { beforeEach, describe, expect, it } from 'vitest'
import {
  DEFAULT_FAILOVER,
  DEFAULT_PROBING,
  type Destination,
  type DispatcherSet,
  mayFailOver,
} from '../../../src/dispatcher/configuration'
import {
  type DispatcherEffect,
  type DispatcherInput,
  type DispatcherState,
  isUsable,
  letters,
  MAX_RETRY_AFTER_SECONDS,
  NO_STATE,
  type Outcome,
  stepDispatcher,
} from '../../../src/dispatcher/state'

const URI = 'sip:one.example'
const destination = (more: Partial<Destination> = {}): Destination => ({
  uri: URI,
  priority: 0,
  weight: 1,
  enabled: true,
  probe: true,
  ...more,
})
const setOf = (...destinations: Destination[]): DispatcherSet => ({
  name: 'main',
  algorithm: 'priority',
  destinations,
  probing: { ...DEFAULT_PROBING, intervalSeconds: 10, timeoutSeconds: 2, failures: 3, successes: 2 },
  failover: DEFAULT_FAILOVER,
  noResponseSeconds: 4,
})

/** The dispatcher of one set, with a clock that the test moves; the state goes through JSON before every step. */
class Play {
  state: DispatcherState = NO_STATE
  sets: readonly DispatcherSet[]
  nowMs = 1_000_000
  effects: readonly DispatcherEffect[] = []
  isProber = true
  private probes = 0

  constructor(set: DispatcherSet) {
    this.sets = [set]
    this.give({ type: 'configured' })
  }

  give(input: DispatcherInput): this {
    const { state, effects } = stepDispatcher(JSON.parse(JSON.stringify(this.state)), this.sets, input, this.nowMs)
    this.state = state
    this.effects = effects
    return this
  }

  configure(set: DispatcherSet): this {
    this.sets = [set]
    return this.give({ type: 'configured' })
  }

  after(ms: number): this {
    this.nowMs += ms
    return this.give({ type: 'tick', probeId: () => `p${++this.probes}`, isProber: this.isProber })
  }

  /** Until the next probe goes out. */
  probe(): string {
    for (let i = 0; i < 200; i++) {
      this.after(100)
      const sent = this.effects.find((e) => e.type === 'probe')
      if (sent) return sent.probeId
    }
    throw new Error('no probe')
  }

  answer(outcome: Outcome, probeId = this.probe()): this {
    return this.give({ type: 'probed', set: 'main', uri: URI, probeId, outcome })
  }

  call(outcome: Outcome): this {
    return this.give({ type: 'called', set: 'main', uri: URI, outcome })
  }

  get own() {
    const own = this.state.sets.main?.[URI]
    if (!own) throw new Error('no such destination')
    return own
  }

  get letters(): string {
    return letters(this.own, this.sets[0]?.destinations[0] as Destination)
  }

  get changes(): string[] {
    return this.effects.flatMap((e) => (e.type === 'changed' ? [`${e.from} ${e.to} ${e.why}`] : []))
  }
}

const OK: Outcome = { status: 200 }
const SILENT: Outcome = { failed: 'timeout' }
let play: Play
beforeEach(() => {
  play = new Play(setOf(destination()))
})

describe('K02 K03 the letters', () => {
  it.each([
    [{}, 'AP'],
    [{ probe: false }, 'AX'],
    [{ enabled: false }, 'DX'],
    [{ enabled: false, probe: false }, 'DX'],
  ])('%o begins as %s', (more, expected) => {
    expect(new Play(setOf(destination(more))).letters).toBe(expected)
  })
})

describe('K10 a set that one gateway asks for all', () => {
  const shared = (): Play => {
    const other = new Play({ ...setOf(destination()), probedBy: 'one' })
    other.isProber = false
    return other
  }
  const told = (other: Play, condition: 'A' | 'T' | 'I') =>
    other.give({ type: 'told', found: { main: { [URI]: condition, 'sip:unknown': 'I' }, absent: { [URI]: 'I' } } })
  const asks = (other: Play, ms = 60_000) => {
    for (let passed = 0; passed < ms; passed += 1_000)
      if (other.after(1_000).effects.some(({ type }) => type === 'probe')) return true
    return false
  }

  it('is not asked from here, and what the prober has found holds', () => {
    const other = shared()
    expect(asks(other)).toBe(false)
    told(other, 'I')
    expect([other.letters, other.changes]).toEqual(['IP', ['AP IP found by the prober']])
    expect(isUsable(other.own, other.nowMs)).toBe(false)
    expect(told(other, 'I').changes).toEqual([])
    expect(asks(other)).toBe(false)
    expect(told(other, 'A').changes).toEqual(['IP AP found by the prober'])
    expect(told(other, 'T').changes).toEqual([])
  })

  it('is asked from here where calls fail from here, until it answers', () => {
    const other = shared()
    other.call(SILENT)
    expect([other.letters, told(other, 'A').changes]).toEqual(['TP', []])
    other.answer(OK)
    expect(other.letters).toBe('AP')
    expect(asks(other)).toBe(false)
  })

  it('is asked from here when the prober is gone: at once, and what it said is not believed longer', () => {
    const other = told(shared(), 'I')
    other.isProber = true
    const before = other.nowMs
    const probe = other.probe()
    expect(other.nowMs - before).toBeLessThan(3_000)
    other.answer(OK, probe).answer(OK)
    expect(other.letters).toBe('AP')
  })

  it('out of service stays so whatever the prober says; and back in service it is as told', () => {
    const other = told(shared(), 'I')
    other.configure({ ...setOf(destination({ enabled: false })), probedBy: 'one' })
    expect(told(other, 'I').letters).toBe('DX')
    other.configure({ ...setOf(destination()), probedBy: 'one' })
    expect(told(other, 'I').letters).toBe('IP')
  })

  it('that each asks for itself listens to nobody', () => {
    expect(told(play, 'I').changes).toEqual([])
    play.isProber = false
    expect(asks(play)).toBe(true)
  })
})

describe('K04 K05 probes', () => {
  it('go out each interval, and not in one moment for all destinations', () => {
    play.answer(OK)
    const sentAtMs = play.nowMs
    play.answer(OK)
    expect(play.nowMs - sentAtMs).toBe(10_000)
    const many = new Play(setOf(...Array.from({ length: 20 }, (_, i) => destination({ uri: `sip:d${i}.example` }))))
    const firsts = new Set(Object.values(many.state.sets.main ?? {}).map((state) => state.nextProbeAtMs))
    expect(firsts.size).toBeGreaterThan(10)
  })

  it('K03 X: never', () => {
    const quiet = new Play(setOf(destination({ probe: false })))
    for (let i = 0; i < 100; i++) expect(quiet.after(1_000).effects).toEqual([])
  })

  it('one failure is T and still in use, the threshold is I and not', () => {
    play.answer(SILENT)
    expect([play.letters, play.changes]).toEqual(['TP', ['AP TP timeout']])
    expect(isUsable(play.own, play.nowMs)).toBe(true)
    play.answer(SILENT)
    expect(play.letters).toBe('TP')
    play.answer({ failed: 'transport' })
    expect([play.letters, play.changes]).toEqual(['IP', ['TP IP transport']])
    expect(isUsable(play.own, play.nowMs)).toBe(false)
  })

  it('T goes back to A with the first answer', () => {
    expect(play.answer(SILENT).answer(OK).changes).toEqual(['TP AP answers'])
    play.answer(SILENT).answer(SILENT)
    expect(play.letters).toBe('TP')
  })

  it('K05 I comes back after consecutive answers only', () => {
    play.answer(SILENT).answer(SILENT).answer(SILENT).answer(OK)
    expect(play.letters).toBe('IP')
    play.answer(SILENT).answer(OK)
    expect(play.letters).toBe('IP')
    expect(play.answer(OK).changes).toEqual(['IP AP answers'])
  })

  it('F4 have a time of their own: silence is a failure after the probe timeout', () => {
    play.probe()
    expect(play.after(1_999).letters).toBe('AP')
    expect(play.after(1).changes).toEqual(['AP TP timeout'])
  })

  it('F4 an answer that comes too late changes nothing', () => {
    const late = play.probe()
    play.after(2_000)
    expect(play.answer(OK, late).effects).toEqual([])
    expect(play.letters).toBe('TP')
    play.probe()
    expect(play.answer(OK, late).letters).toBe('TP')
  })

  it.each([
    [200, 'AP'],
    [299, 'AP'],
    [404, 'TP'],
    [503, 'TP'],
  ])('K08 by default %i makes %s', (status, expected) => {
    expect(play.answer({ status }).letters).toBe(expected)
  })

  it('K08 classes and statuses that count are configured', () => {
    const own = setOf(destination())
    play.configure({ ...own, probing: { ...own.probing, alive: ['2xx', '403'] } })
    expect(play.answer({ status: 403 }).letters).toBe('AP')
    expect(play.answer({ status: 404 }).letters).toBe('TP')
  })

  it('measure the round trip, smoothed', () => {
    const first = play.probe()
    play.nowMs += 80
    play.answer(OK, first)
    expect(play.own.latencyMs).toBe(80)
    const second = play.probe()
    play.answer(OK, second)
    expect(play.own.latencyMs).toBe(70)
  })
})

describe('K06 disabled', () => {
  it('takes no calls and gets no probes, and enabling it is A at once', () => {
    play.answer(SILENT).answer(SILENT).answer(SILENT)
    play.configure(setOf(destination({ enabled: false })))
    expect(play.letters).toBe('DX')
    for (let i = 0; i < 30; i++) expect(play.after(1_000).effects).toEqual([])
    expect(isUsable(play.own, play.nowMs)).toBe(false)
    expect(play.configure(setOf(destination())).letters).toBe('AP')
    play.probe()
  })
})

describe('K09 a new configuration', () => {
  it('keeps the state of a destination that did not change', () => {
    play.answer(SILENT).answer(SILENT).answer(SILENT)
    const before = play.own
    play.configure(setOf(destination(), destination({ uri: 'sip:two.example' })))
    expect(play.own).toEqual(before)
    expect(Object.keys(play.state.sets.main ?? {})).toHaveLength(2)
  })

  it('K07 that stops the probes puts a dead destination into use: nobody asks any more', () => {
    play.answer(SILENT).answer(SILENT).answer(SILENT)
    expect(play.configure(setOf(destination({ probe: false }))).letters).toBe('AX')
  })

  it('forgets what is gone', () => {
    play.configure(setOf(destination({ uri: 'sip:two.example' })))
    expect(Object.keys(play.state.sets.main ?? {})).toEqual(['sip:two.example'])
    expect(play.give({ type: 'called', set: 'main', uri: URI, outcome: SILENT }).effects).toEqual([])
  })
})

describe('K07 what calls tell', () => {
  it('silence makes it T and asks at once', () => {
    play.answer(OK)
    expect(play.call(SILENT).changes).toEqual(['AP TP timeout'])
    expect(play.after(0).effects).toMatchObject([{ type: 'probe' }])
  })

  it('a refusal says nothing about the carrier, and success brings back nothing', () => {
    expect(play.call({ status: 486 }).letters).toBe('AP')
    play.answer(SILENT).answer(SILENT).answer(SILENT)
    expect(play.call({ status: 200 }).letters).toBe('IP')
  })

  it('503 with Retry-After is respected for ten minutes at most', () => {
    play.call({ status: 503, retryAfterSeconds: 999_999_999 })
    const untilMs = play.nowMs + MAX_RETRY_AFTER_SECONDS * 1_000
    expect([isUsable(play.own, untilMs - 1), isUsable(play.own, untilMs)]).toEqual([false, true])
  })

  it('503 with Retry-After is respected, and no longer', () => {
    play.call({ status: 503, retryAfterSeconds: 30 })
    expect(isUsable(play.own, play.nowMs)).toBe(false)
    expect(isUsable(play.own, play.nowMs + 30_000)).toBe(true)
    expect(play.letters).toBe('AP')
  })

  it('an unprobed one stays in use whatever happens: nobody could bring it back', () => {
    const quiet = new Play(setOf(destination({ probe: false })))
    for (let i = 0; i < 5; i++) quiet.call(SILENT)
    expect(quiet.letters).toBe('AX')
  })
})

describe('failover', () => {
  it.each([404, 480, 486, 487, 200, 302, 600, 603])('%i is never a reason for another carrier', (status) => {
    expect(mayFailOver(status)).toBe(false)
    expect(DEFAULT_FAILOVER).not.toContain(status)
  })

  it.each([408, 430, 500, 503])('%i is one by default', (status) => {
    expect(mayFailOver(status)).toBe(true)
    expect(DEFAULT_FAILOVER).toContain(status)
  })
})
