import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextDeadline } from '../../../../src/sip/proxy/response-context'
import type { TargetSet } from '../../../../src/sip/proxy/target'
import { Call, newCall, phone } from '../../support/call'
import { requestOf } from '../../support/messages'

/** What may happen to a call, in any order; branch numbers wrap around the branches that there are. */
type Event = { readonly branch: number } & (
  | { readonly type: 'answer'; readonly status: number }
  | { readonly type: 'unreachable' | 'unusable' | 'redirected' }
  | { readonly type: 'cancel' | 'deadline' | 'wake' | 'retransmission' | 'relay' | 'respond' | 'pass' }
)

const status = fc.constantFrom(100, 180, 183, 200, 302, 401, 404, 407, 480, 486, 487, 503, 603)
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('answer' as const), branch: fc.nat(2), status }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(...(['unreachable', 'unusable', 'redirected'] as const)),
      branch: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(...(['cancel', 'deadline', 'wake', 'retransmission', 'relay', 'respond', 'pass'] as const)),
      branch: fc.constant(0),
    }),
  },
)
const [b, c, d] = [phone('b'), phone('c'), phone('d')]
const targets = fc.constantFrom<TargetSet>([[b]], [[b, c]], [[b, c, d]], [[b], [c]], [[b, c], [d]], [[b], [c], [d]])
const options = fc.constantFrom(
  {},
  { ringForMs: 20_000 },
  { noResponseMs: 5_000 },
  { onFailure: 'once' },
  { onFailure: 'once', ringForMs: 20_000 },
  { on3xx: 'recurse' as const },
  { on3xx: 'recurse' as const, onFailure: 'once' },
  { on3xx: 'block' as const },
)
/** What the failure route may decide when it is asked; otherwise its patience ends it. */
const decisions = {
  relay: { type: 'relay', targets: [[phone('e'), phone('f')]], options: {} },
  respond: { type: 'respond', status: 500, reason: 'Own Words' },
  pass: { type: 'pass' },
} as const
const settings = { seed: 3261, numRuns: 200 }

/** Plays events until the shell would forget the call; a settled branch that is no longer ours says nothing more. */
class Played {
  readonly call: Call
  /** What each phone answered finally, and whether it is still in its transaction. */
  readonly finals = new Map<number, number>()

  constructor(call: Call) {
    this.call = call
  }

  get over(): boolean {
    return this.call.history.some((e) => e.type === 'finished')
  }

  play(event: Event): void {
    const { call } = this
    if (this.over) return
    const branch = event.branch % Math.max(1, call.state.branches.length)
    if (event.type === 'answer') this.answer(branch, event.status)
    else if (event.type === 'unreachable' || event.type === 'unusable') this.leave(event.type, branch)
    else if (event.type === 'redirected') call.give({ type: 'redirected', branch, targets: [[phone(`g${branch}`)]] })
    else if (event.type === 'deadline') call.untilDeadline()
    else if (event.type === 'relay' || event.type === 'respond' || event.type === 'pass')
      call.give({ type: 'failure-decided', name: 'once', decision: decisions[event.type] })
    else call.give({ type: event.type })
  }

  private answer(branch: number, status: number): void {
    const before = this.finals.get(branch)
    // After its final response a phone only repeats a 2xx.
    if (before !== undefined && !(before < 300 && status === before)) return
    if (this.call.state.branches[branch]?.client.state === 'terminated') return
    if (status >= 200) this.finals.set(branch, status)
    // Each is redirected to somebody else.
    const elsewhere = status === 302 ? { headers: [['Contact', `<sip:g${branch}@example.test>`] as const] } : {}
    this.call.answer(branch, status, elsewhere)
    const acknowledged = this.call.did.includes(`ACK ${branch}`)
    expect(acknowledged, `ACK for ${status}`).toBe(status >= 300 && this.call.state.method === 'INVITE')
  }

  private leave(type: 'unreachable' | 'unusable', branch: number): void {
    if (this.finals.has(branch)) return this.call.absorbs({ type, branch })
    if (type === 'unusable') this.finals.set(branch, 500)
    this.call.give({ type, branch })
  }

  /** Every phone that still rings ends as told, the others stay silent. */
  finish(): void {
    for (let i = 0; i < 40 && !this.over && !this.settled; i++) {
      const told = this.call.state.branches.findIndex((x, n) => x.cancel === 'sent' && !this.finals.has(n))
      if (told >= 0 && i % 2 === 0) this.answer(told, 487)
      if (!this.over && !this.settled) this.call.untilDeadline()
    }
  }

  get settled(): boolean {
    return this.call.state.timers.every((t) => t.timer === 'dialog') && this.call.state.timers.length > 0
  }
}

describe('whatever happens to a fork, in any order', () => {
  const arbitrary = fc.tuple(targets, options, fc.array(event, { maxLength: 14 }))

  it('the caller of an INVITE gets exactly one final response, 2xx excepted', () => {
    fc.assert(
      fc.property(arbitrary, ([set, times, events]) => {
        const played = new Played(new Call(newCall(set, { options: times })))
        for (const e of events) played.play(e)
        played.finish()
        const { history, state } = played.call
        const repeated = events.some((e) => e.type === 'retransmission')
        const finals = history.flatMap((e) => (e.type === 'upstream' && e.status >= 200 ? [e.status] : []))
        expect(finals.length).toBeGreaterThan(0)
        expect(new Set(finals.filter((s) => s >= 300)).size + (finals.some((s) => s < 300) ? 1 : 0)).toBe(1)
        if (!repeated) expect(finals.filter((s) => s >= 300).length).toBeLessThan(2)
        expect(history.filter((e) => e.type === 'finished').length).toBe(played.settled ? 0 : 1)
        expect(history.filter((e) => e.type === 'record').length).toBe(played.settled ? 0 : 1)
        if (played.settled) expect(state.dialog?.answeredAtMs).toBeDefined()
      }),
      settings,
    )
  })

  it('nothing goes up after the final response but 2xx and its copies', () => {
    fc.assert(
      fc.property(arbitrary, ([set, times, events]) => {
        const played = new Played(new Call(newCall(set, { options: times })))
        for (const e of events) played.play(e)
        const up = played.call.history.flatMap((e) => (e.type === 'upstream' ? [e.status] : []))
        const first = up.find((s) => s >= 200)
        if (first === undefined) return
        const allowed = first < 300 ? (s: number) => s >= 200 && s < 300 : (s: number) => s === first
        expect(up.slice(up.indexOf(first)).every(allowed), up.join(' ')).toBe(true)
      }),
      settings,
    )
  })

  it('each branch is asked once, cancelled at most once, only after it rang and before its final response', () => {
    fc.assert(
      fc.property(arbitrary, ([set, times, events]) => {
        const played = new Played(new Call(newCall(set, { options: times })))
        const rang = new Set<number>()
        const check = () => {
          for (const effect of played.call.effects) {
            if (effect.type === 'cancel') expect(rang.has(effect.branch)).toBe(true)
            if (effect.type === 'cancel') expect(played.finals.has(effect.branch)).toBe(false)
          }
        }
        for (const e of events) {
          if (e.type === 'answer' && e.status < 200) rang.add(e.branch % Math.max(1, played.call.state.branches.length))
          played.play(e)
          check()
        }
        played.finish()
        const did = played.call.didSoFar.map((text) => text.split(' ').slice(0, 2).join(' '))
        const once = did.filter((text) => /^(INVITE|CANCEL)/.test(text))
        expect(new Set(once).size).toBe(once.length)
      }),
      settings,
    )
  })

  it('an alarm that comes again does nothing', () => {
    fc.assert(
      fc.property(arbitrary, ([set, times, events]) => {
        const played = new Played(new Call(newCall(set, { options: times })))
        for (const e of events) {
          played.play(e)
          if (e.type !== 'deadline' || played.over) continue
          const next = nextDeadline(played.call.state)
          if (next !== undefined && next > played.call.nowMs) played.call.absorbs({ type: 'wake' })
        }
      }),
      settings,
    )
  })

  it('a MESSAGE gets at most one final response and is never cancelled or acknowledged', () => {
    const request = requestOf('MESSAGE')
    fc.assert(
      fc.property(arbitrary, ([set, times, events]) => {
        const played = new Played(new Call(newCall(set, { options: times, request })))
        for (const e of events) played.play(e)
        played.finish()
        const kinds = played.call.history.map((e) => e.type)
        expect(kinds.filter((k) => k === 'upstream').length).toBeLessThan(2)
        expect(kinds.filter((k) => k === 'finished').length).toBe(1)
        expect(kinds).not.toContain('cancel')
        expect(kinds).not.toContain('ack')
        const finals = played.call.history.flatMap((e) => (e.type === 'upstream' ? [e.status] : []))
        if ([...played.finals.values()].some((s) => s < 300)) expect(finals[0]).toBeLessThan(300)
      }),
      settings,
    )
  })
})
