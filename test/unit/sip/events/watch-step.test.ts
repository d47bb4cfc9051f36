import { describe, expect, it } from 'vitest'
import type { DialogState } from '../../../../src/sip/events/dialog-info'
import type { Watcher } from '../../../../src/sip/events/subscription'
import {
  ASK_AFTER_MS,
  type DialogNews,
  MAX_SUBSCRIPTION_CHARACTERS,
  MAX_SUBSCRIPTIONS,
  MAX_TOLD_DIALOGS,
  NO_WATCH,
  nextWake,
  PHONE_PATIENCE_MS,
  type Watch,
  type WatchEffect,
  type WatchInput,
} from '../../../../src/sip/events/watch'
import { stepWatch } from '../../../../src/sip/events/watch-step'
import { header, headerValues } from '../../../../src/sip/message/headers'
import type { Request } from '../../../../src/sip/message/message'
import { branchOf, topVia } from '../../../../src/sip/message/via'
import { flowPeer, instancePeer, parseBranchToken } from '../../../../src/sip/outbound/tokens'
import { MAX_DIALOG_MS } from '../../../../src/sip/proxy/dialog-record'
import { START_MS, throughJson } from '../../support/call'
import { mac } from '../../support/mac'
import { requestOf } from '../../support/messages'

const AOR = 'bob@example.test'

const watcherOf = (more: Partial<Watcher> = {}): Watcher => ({
  aor: 'alice@example.test',
  flow: 'OA.ta',
  transport: 'WSS',
  host: 'edge.example.test',
  path: [],
  contact: 'sip:s.626f62.seal@edge.example.test;transport=ws',
  ...more,
})

interface SubscribeFacts {
  readonly expires?: number
  readonly callId?: string
  readonly cSeq?: number
  readonly toTag?: string
  readonly lines?: readonly string[]
  readonly watcher?: Partial<Watcher>
}

/** The notifier of bob with a clock that only the test moves. The state goes through JSON before every step. */
class Notifier {
  watch: Watch = NO_WATCH
  nowMs = START_MS
  effects: readonly WatchEffect[] = []
  private fresh = 0

  give(input: WatchInput): this {
    const { state, effects } = stepWatch(throughJson(this.watch), input, { aor: AOR, nowMs: this.nowMs, mac })
    this.watch = throughJson(state)
    this.effects = effects
    return this
  }

  subscribe({ expires = 600, callId = 'call-1', cSeq = 1, toTag, lines = [], watcher }: SubscribeFacts = {}): this {
    const request = requestOf('SUBSCRIBE', {
      callId,
      cSeq,
      ...(toTag === undefined ? {} : { to: `<sip:bob@example.test>;tag=${toTag}` }),
      lines: ['Event: dialog', 'Contact: <sip:a@a.invalid;transport=ws>', `Expires: ${expires}`, ...lines],
    })
    return this.give({ type: 'subscribe', request, watcher: watcherOf(watcher), id: `s${++this.fresh}` })
  }

  hear(state: DialogState, more: Partial<DialogNews> = {}): this {
    const news = { call: 'OA.ta~1', direction: 'recipient', state, ...more } as const
    return this.give({ type: 'news', news, id: `d${++this.fresh}` })
  }

  /** Everything that went out has reached its socket. */
  arrive(): this {
    for (const { id, cSeq, watcher } of this.watch.subscriptions)
      this.give({ type: 'told', id, cSeq, flow: watcher.flow })
    return this
  }

  after(ms: number): this {
    this.nowMs += ms
    return this.give({ type: 'wake' })
  }

  get answer() {
    return this.effects.find((e) => e.type === 'answer')?.answer
  }

  /** Requests that went out, and the one that follows the answer. */
  get notifies(): Request[] {
    return this.effects.flatMap((e) => {
      if (e.type === 'notify') return e.notification.request
      return e.type === 'answer' && e.answer.notify ? e.answer.notify : []
    })
  }

  /** What was told, in short: `1: early`, `2: early, confirmed (terminated;reason=timeout)`. */
  get did(): string[] {
    return this.effects
      .flatMap((e): string[] => {
        if (e.type === 'watched') return [e.isWatched ? 'watched' : 'unwatched']
        if (e.type === 'ask') return [`ask ${e.dialog.id}`]
        return []
      })
      .concat(this.notifies.map(inShort))
  }
}

function inShort(notify: Request): string {
  const states = [...notify.body.matchAll(/<state>(\w+)/g)].map(([, state]) => state).join(', ') || '-'
  const over = header(notify, 'subscription-state')
  const version = /version="(\d+)"/.exec(notify.body)?.[1]
  return `${version}: ${states}${over?.startsWith('terminated') ? ` (${over})` : ''}`
}

describe('M12 a subscription', () => {
  it('M12 begins with 200 and a NOTIFY of all there is', () => {
    const notifier = new Notifier().subscribe()
    expect(notifier.answer).toMatchObject({ status: 200, toTag: 's1' })
    expect(notifier.answer?.headers).toContainEqual(['Expires', '600'])
    expect(notifier.did).toEqual(['watched', '0: -'])
    const [notify] = notifier.notifies
    expect(notify?.uri).toBe('sip:a@a.invalid;transport=ws')
    const facts = ['from', 'to', 'cseq', 'event', 'subscription-state', 'content-type'].map((key) =>
      header(notify as Request, key),
    )
    expect(facts).toEqual([
      '<sip:bob@example.test>;tag=s1',
      '"Alice" <sip:alice@example.test>;tag=from1',
      '1 NOTIFY',
      'dialog',
      'active;expires=600',
      'application/dialog-info+xml',
    ])
  })

  it('M12 asked once is answered, told, and not kept', () => {
    const notifier = new Notifier().subscribe({ expires: 0 })
    expect(notifier.did).toEqual(['0: - (terminated;reason=timeout)'])
    expect(notifier.watch).toEqual(NO_WATCH)
  })

  it('M12 is refreshed in its dialog: the end moves, versions go on', () => {
    const notifier = new Notifier().subscribe()
    notifier.nowMs += 500_000
    notifier.subscribe({ toTag: 's1', cSeq: 2 })
    expect([notifier.answer?.status, ...notifier.did]).toEqual([200, '1: -'])
    expect(notifier.watch.subscriptions).toMatchObject([{ expiresAtMs: START_MS + 1_100_000 }])
  })

  it('M12 ends in its dialog, and the last end is told to the phones', () => {
    const notifier = new Notifier().subscribe().subscribe({ callId: 'call-2' })
    notifier.subscribe({ toTag: 's1', cSeq: 2, expires: 0 })
    expect(notifier.did).toEqual(['1: - (terminated;reason=timeout)'])
    notifier.subscribe({ callId: 'call-2', toTag: 's2', cSeq: 2, expires: 0 })
    expect(notifier.did).toEqual(['unwatched', '1: - (terminated;reason=timeout)'])
    expect(notifier.watch).toEqual(NO_WATCH)
  })

  it('M12 ends when its time is over, also when the alarm is late', () => {
    const notifier = new Notifier().subscribe().hear('early').after(600_000)
    expect(notifier.did).toEqual(['unwatched', '2: early (terminated;reason=timeout)'])
    expect(notifier.after(1).did).toEqual([])
    const late = new Notifier().subscribe()
    late.nowMs += 700_000
    expect(late.hear('early').did).toEqual(['unwatched', 'unwatched', '1: - (terminated;reason=timeout)'])
    expect(late.subscribe({ toTag: 's1', cSeq: 2 }).answer?.status).toBe(481)
  })

  it('M12 a repeated SUBSCRIBE is the same subscription, and is told again', () => {
    const notifier = new Notifier().subscribe().subscribe()
    expect([notifier.answer?.toTag, ...notifier.did]).toEqual(['s1', '1: -'])
    expect(notifier.watch.subscriptions).toHaveLength(1)
  })

  it.each<[string, SubscribeFacts, number]>([
    ['in a dialog that is not known', { toTag: 'other' }, 481],
    ['with an older CSeq', { toTag: 's1', cSeq: 4 }, 500],
    ['of somebody else', { toTag: 's1', cSeq: 6, watcher: { aor: 'eve@example.test' } }, 403],
  ])('M12 SUBSCRIBE %s changes nothing', (_, facts, status) => {
    const notifier = new Notifier().subscribe({ cSeq: 5 })
    const before = notifier.watch
    expect(notifier.subscribe(facts).answer?.status).toBe(status)
    expect(notifier.watch).toEqual(before)
  })

  it('M12 one too many is 503 with Retry-After; a refresh is none', () => {
    const notifier = new Notifier()
    for (let i = 1; i <= MAX_SUBSCRIPTIONS; i++) notifier.subscribe({ callId: `c${i}` })
    expect(notifier.subscribe({ callId: 'more' }).answer).toMatchObject({
      status: 503,
      headers: [['Retry-After', '300']],
    })
    expect(notifier.subscribe({ callId: 'c1', toTag: 's1', cSeq: 2 }).answer?.status).toBe(200)
  })

  it('M12 one that is monstrous is 513, and is not kept', () => {
    const lines = [`Record-Route: <sip:${'x'.repeat(MAX_SUBSCRIPTION_CHARACTERS)}.test;lr>`]
    const notifier = new Notifier().subscribe({ lines })
    expect([notifier.answer?.status, notifier.did, notifier.watch]).toEqual([513, [], NO_WATCH])
  })

  it('M12 NOTIFYs go along the route set, behind the Path of a phone at its gateway', () => {
    const lines = ['Record-Route: <sip:s0@g1.gateway.invalid;lr>, <sip:m@192.0.2.1;lr>']
    const notifier = new Notifier().subscribe({ lines, watcher: { path: ['<sip:token@g1.gateway.invalid;lr;ob>'] } })
    expect(headerValues(notifier.notifies[0] as Request, 'route')).toEqual([
      '<sip:token@g1.gateway.invalid;lr;ob>',
      '<sip:s0@g1.gateway.invalid;lr>',
      '<sip:m@192.0.2.1;lr>',
    ])
  })

  it.each([
    ['the socket', {}, flowPeer('OA.ta')],
    ['the phone, wherever it is', { instance: '<urn:uuid:a>' }, instancePeer('alice@example.test', '<urn:uuid:a>')],
  ])('the branch of a NOTIFY is good for %s that was told', (_, watcher, peer) => {
    const via = topVia(new Notifier().subscribe({ watcher }).notifies[0] as Request)
    const branch = (via && branchOf(via)) ?? ''
    expect(parseBranchToken(branch, [peer], mac)).toEqual({
      kind: 'notification',
      aor: AOR,
      subscription: 's1',
      cSeq: 1,
    })
    expect(parseBranchToken(branch, [flowPeer('OB.tb')], mac)).toBeUndefined()
  })

  it('M12 of an address that is no subscriber any more ends: noresource', () => {
    const notifier = new Notifier().subscribe().hear('early').give({ type: 'no-subscriber' })
    expect(notifier.did).toEqual(['unwatched', '2: early (terminated;reason=noresource)'])
  })
})

describe('M12 a dialog', () => {
  it('M12 is told in each of its states, a last time when it has ended, and to everybody', () => {
    const notifier = new Notifier().subscribe().subscribe({ callId: 'call-2' })
    expect(notifier.hear('early').did).toEqual(['1: early', '1: early'])
    expect(notifier.hear('confirmed').did).toEqual(['2: confirmed', '2: confirmed'])
    expect(notifier.hear('terminated').did).toEqual(['3: terminated', '3: terminated'])
    expect(notifier.subscribe({ callId: 'call-3' }).did).toEqual(['0: -'])
  })

  it('keeps its name, and both ends of a call within one address are two', () => {
    const notifier = new Notifier().subscribe().hear('trying', { direction: 'initiator' }).hear('early')
    const ids = notifier.watch.dialogs.map((d) => d.id)
    expect(new Set(ids).size).toBe(2)
    notifier.hear('confirmed', { direction: 'initiator' })
    expect(notifier.watch.dialogs.map((d) => d.id).sort()).toEqual(ids.sort())
  })

  it('M12 news that come again are told to those they have not reached', () => {
    const notifier = new Notifier().subscribe().subscribe({ callId: 'call-2' }).hear('early')
    notifier.give({ type: 'told', id: 's1', cSeq: 2, flow: 'OA.ta' })
    expect(notifier.hear('early').did).toEqual(['2: early'])
    expect(notifier.arrive().hear('early').did).toEqual([])
    notifier.hear('terminated').arrive()
    expect(notifier.hear('terminated').did).toEqual([])
  })

  it('does not go back to an earlier state', () => {
    expect(new Notifier().subscribe().hear('confirmed').arrive().hear('early').did).toEqual([])
  })

  it('nobody is told who does not watch, and who tells hears that nobody does', () => {
    const notifier = new Notifier().hear('early')
    expect(notifier.did).toEqual(['unwatched'])
    expect(notifier.watch).toEqual(NO_WATCH)
  })

  it('one too many at once is not told, nor is its end', () => {
    const notifier = new Notifier().subscribe({ expires: 3600 })
    for (let i = 0; i < MAX_TOLD_DIALOGS; i++) notifier.hear('early', { call: `OA.ta~${i}` })
    expect(notifier.arrive().hear('early', { call: 'OA.ta~more' }).did).toEqual([])
    expect(notifier.hear('terminated', { call: 'OA.ta~more' }).did).toEqual([])
  })
})

describe('M12 a watcher', () => {
  it.each([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604])(
    'RFC 6665 §4.2.2: who answers a NOTIFY with %s watches no longer',
    (status) => {
      const notifier = new Notifier().subscribe().hear('early').give({ type: 'refused', id: 's1', status })
      expect(notifier.did).toEqual(['unwatched'])
    },
  )

  it.each([400, 403, 408, 500, 503])('one who answers %s goes on', (status) => {
    const notifier = new Notifier().subscribe().give({ type: 'refused', id: 's1', status })
    expect([notifier.did, notifier.watch.subscriptions.length]).toEqual([[], 1])
  })

  it('M12 who is not reached is told again after 4, 8, 16, 32 and 64 s, and then watches no longer', () => {
    const notifier = new Notifier().subscribe().hear('early')
    expect(notifier.after(3_999).did).toEqual([])
    expect(notifier.after(1).did).toEqual(['2: early'])
    expect(notifier.after(8_000).did).toEqual(['3: early'])
    expect(notifier.after(16_000).did).toEqual(['4: early'])
    expect(notifier.hear('confirmed').did).toEqual(['5: confirmed'])
    expect(notifier.after(32_000).did).toEqual(['6: confirmed'])
    expect(notifier.after(64_000).did).toEqual(['unwatched'])
  })

  it('M12 who is reached in the end is told no more, and starts anew', () => {
    const notifier = new Notifier().subscribe().hear('early').after(4_000).arrive()
    expect(notifier.after(64_000).did).toEqual([])
    expect(notifier.hear('confirmed').after(4_000).did).toEqual(['4: confirmed'])
  })

  it('that an older NOTIFY has arrived does not count for a newer one', () => {
    const notifier = new Notifier().subscribe().hear('early').hear('confirmed')
    notifier.give({ type: 'told', id: 's1', cSeq: 2, flow: 'OA.ta' })
    expect(notifier.after(4_000).did).toEqual(['3: confirmed'])
  })

  it('M12 who is on another socket now gets the next one there', () => {
    const notifier = new Notifier().subscribe({ watcher: { instance: '<urn:uuid:a>' } }).hear('early')
    notifier.give({ type: 'told', id: 's1', cSeq: 2, flow: 'OC.tc' }).hear('confirmed')
    expect(notifier.effects).toMatchObject([{ notification: { subscription: { watcher: { flow: 'OC.tc' } } } }])
  })
})

describe('M12 a lamp never stays lit', () => {
  it.each<[DialogState]>([['trying'], ['early'], ['confirmed']])(
    'M12 a call that is %s and has no news is asked about',
    (state) => {
      const notifier = new Notifier().subscribe({ expires: 3600 }).hear(state).arrive()
      expect(notifier.after(ASK_AFTER_MS[state] - 1).did).toEqual([])
      expect(notifier.after(1).did).toEqual(['ask d2'])
      expect(notifier.give({ type: 'asked', id: 'd2', isUnderWay: true }).did).toEqual([])
      expect(notifier.after(ASK_AFTER_MS[state]).did).toEqual(['ask d2'])
      expect(notifier.give({ type: 'asked', id: 'd2', isUnderWay: false }).did).toEqual(['2: terminated'])
      expect(notifier.give({ type: 'asked', id: 'd2', isUnderWay: false }).did).toEqual([])
    },
  )

  it('M12 the calls of a phone without socket are asked about after two minutes', () => {
    const notifier = new Notifier()
      .subscribe({ expires: 3600 })
      .hear('confirmed', { instance: '<urn:uuid:b>' })
      .arrive()
    notifier.give({ type: 'phone-gone', instance: '<urn:uuid:other>' })
    expect(notifier.after(PHONE_PATIENCE_MS).did).toEqual([])
    notifier.give({ type: 'phone-gone', instance: '<urn:uuid:b>' })
    expect(notifier.after(PHONE_PATIENCE_MS).did).toEqual(['ask d2'])
  })

  it('M12 a call that can never be asked about ends with the longest dialog', () => {
    const notifier = new Notifier().subscribe({ expires: 3600 }).hear('confirmed').arrive()
    for (let ms = 0; ms <= MAX_DIALOG_MS; ms += ASK_AFTER_MS.confirmed) {
      notifier.subscribe({ toTag: 's1', cSeq: 2, expires: 3600 }).after(ASK_AFTER_MS.confirmed)
    }
    expect(notifier.did.at(-1)).toMatch(/terminated$/)
    expect(notifier.watch.dialogs).toEqual([])
  })

  it('it is woken for the next thing that is due, and for nothing when nobody watches', () => {
    const notifier = new Notifier()
    expect(nextWake(notifier.watch)).toBeUndefined()
    expect(nextWake(notifier.subscribe().watch)).toBe(START_MS + 600_000)
    expect(nextWake(notifier.hear('early').watch)).toBe(START_MS + 4_000)
    expect(nextWake(notifier.arrive().watch)).toBe(START_MS + ASK_AFTER_MS.early)
  })
})
