import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextDeadline } from '../../../../src/sip/proxy/response-context'
import type { TargetSet } from '../../../../src/sip/proxy/target'
import { Call, newCall, phone } from '../../support/call'
import { requestOf } from '../../support/messages'

/** What may happen to a call, in any order; branch numbers wrap around the branches that there are. */
type Event = { readonly branch: number } & (
  | { readonly type: 'answer'; readonly status: number }
  | { readonly type: 'unreachable' | 'unusable' | 'uncertain' | 'redirected' }
  | {
      readonly type:
        | 'cancel'
        | 'abandoned'
        | 'deadline'
        | 'wake'
        | 'retransmission'
        | 'bye'
        | 'relay'
        | 'respond'
        | 'pass'
    }
)

// Redirections more often: they take three events to be followed.
const status = fc.constantFrom(100, 180, 183, 200, 300, 301, 302, 302, 305, 401, 404, 407, 480, 486, 487, 503, 603)
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('answer' as const), branch: fc.nat(2), status }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(...(['unreachable', 'unusable', 'uncertain', 'redirected', 'redirected'] as const)),
      branch: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(
        ...(['cancel', 'deadline', 'wake', 'retransmission', 'bye', 'relay', 'respond', 'pass'] as const),
      ),
      branch: fc.constant(0),
    }),
  },
)
/** The caller's object may crash too, which only an INVITE is remembered for (see `RelayedRequests`). */
const eventOrCrash = fc.oneof(
  { weight: 30, arbitrary: event },
  { weight: 1, arbitrary: fc.constant({ type: 'abandoned' as const, branch: 0 }) },
)
const [b, c, d] = [phone('b'), phone('c'), phone('d')]
const targets = fc.constantFrom<TargetSet>([[b]], [[b, c]], [[b, c, d]], [[b], [c]], [[b, c], [d]], [[b], [c], [d]])
const plain = [
  {},
  { ringForMs: 20_000 },
  { noResponseMs: 5_000 },
  { onFailure: 'once' },
  { onFailure: 'once', ringForMs: 20_000 },
  { on3xx: 'block' as const },
]
const recursing = [{}, { onFailure: 'once' }, { ringForMs: 20_000 }].map((o) => ({ ...o, on3xx: 'recurse' as const }))
const options = fc.oneof(fc.constantFrom(...plain), fc.constantFrom(...recursing))
/** What the failure route may decide when it is asked; otherwise its patience ends it. */
const decisions = {
  relay: { type: 'relay', targets: [[phone('e'), phone('f')]], options: {} },
  respond: { type: 'respond', status: 500, reason: 'Own Words' },
  pass: { type: 'pass' },
} as const
const settings = { seed: 3261, numRuns: 1_000 }
/** A thousand calls take a second of CPU, of which a busy machine may give little. */
const PATIENCE = { timeout: 60_000 }

/** Plays events until the shell would forget the call; a settled branch that is no longer ours says nothing more. */
class Played {
  readonly call: Call
  /** What each phone answered finally, and whether it is still in its transaction. */
  readonly finals = new Map<number, number>()
  /** Phones whose socket has closed. */
  readonly gone = new Set<number>()

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
    else if (event.type === 'uncertain') call.give({ type: 'uncertain', branch })
    else if (event.type === 'bye') this.hangUp()
    else if (event.type === 'abandoned') this.crash()
    else if (event.type === 'unreachable' || event.type === 'unusable') this.leave(event.type, branch)
    else if (event.type === 'redirected') this.redirect(branch)
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
    const elsewhere =
      status >= 300 && status < 400 ? { headers: [['Contact', `<sip:g${branch}@example.test>`] as const] } : {}
    this.call.answer(branch, status, elsewhere)
    const acknowledged = this.call.did.includes(`ACK ${branch}`)
    expect(acknowledged, `ACK for ${status}`).toBe(status >= 300 && this.call.state.method === 'INVITE')
  }

  /** Those are found whom a branch named, if one did. */
  private redirect(branch: number): void {
    const redirecting = this.call.state.branches.findIndex((x) => x.redirect && !x.final)
    const index = redirecting < 0 ? branch : redirecting
    this.call.give({ type: 'redirected', branch: index, targets: [[phone(`g${index}`)]] })
  }

  /** Branches to phones that a redirection has led to. */
  get followed(): number {
    return this.call.state.branches.filter((x) => x.target.uri.startsWith('sip:bob-g')).length
  }

  /** The caller's object crashes, which is told to a call that nobody has answered or cancelled. */
  private crash(): void {
    const { finalStatus, cancelled } = this.call.state
    if (finalStatus === undefined && !cancelled) this.call.abandon()
  }

  /** The caller ends the dialog that was made first. */
  hangUp(): void {
    const { dialog } = this.call.state
    if (dialog?.toTag !== undefined) this.call.bye(dialog.fromTag, dialog.toTag)
  }

  private leave(type: 'unreachable' | 'unusable', branch: number): void {
    if (this.finals.has(branch)) return this.call.absorbs({ type, branch })
    if (type === 'unreachable') this.gone.add(branch)
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

describe('whatever happens to a fork, in any order', PATIENCE, () => {
  const arbitrary = fc.tuple(targets, options, fc.array(event, { maxLength: 14 }))

  it('L26 the caller of an INVITE gets exactly one final response, 2xx excepted', () => {
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
        expect(history.filter((e) => e.type === 'finished').length).toBe(played.over ? 1 : 0)
        expect(history.filter((e) => e.type === 'record').length).toBe(played.over ? 1 : 0)
        if (!played.over) expect(state.dialog?.answeredAtMs).toBeDefined()
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

  it('when all is over nobody rings on, and nothing is left', () => {
    let followed = 0
    const crashing = fc.tuple(targets, options, fc.array(eventOrCrash, { maxLength: 14 }))
    fc.assert(
      fc.property(crashing, ([set, times, events]) => {
        const played = new Played(new Call(newCall(set, { options: times })))
        for (const e of events) played.play(e)
        played.finish()
        if (!played.over) played.hangUp()
        followed += played.followed
        const { didSoFar, history, state } = played.call
        expect(history.filter((e) => e.type === 'finished' || e.type === 'record').map((e) => e.type)).toEqual([
          'record',
          'finished',
        ])
        expect(state.groups.length === 0 || state.finalStatus !== undefined).toBe(true)
        for (const [n, { final, provisional }] of state.branches.entries()) {
          expect(final).toBeDefined()
          const isSilent = !provisional || played.finals.has(n) || played.gone.has(n)
          expect(isSilent || didSoFar.some((text) => `${text} `.startsWith(`CANCEL ${n} `)), `${n}`).toBe(true)
        }
      }),
      settings,
    )
    expect(followed, 'redirections that were followed').toBeGreaterThan(20)
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
        const statuses = played.call.history.flatMap((e) => (e.type === 'upstream' ? [e.status] : []))
        const finals = statuses.filter((status) => status >= 200)
        expect(finals.length).toBeLessThan(2)
        // RFC 4320 §4.1: before it our 100, and no other provisional response.
        expect(statuses.slice(0, statuses.length - finals.length).every((status) => status === 100)).toBe(true)
        expect(kinds.filter((k) => k === 'finished').length).toBe(1)
        expect(kinds).not.toContain('cancel')
        expect(kinds).not.toContain('ack')
        if ([...played.finals.values()].some((s) => s < 300)) expect(finals[0]).toBeLessThan(300)
      }),
      settings,
    )
  })
})
