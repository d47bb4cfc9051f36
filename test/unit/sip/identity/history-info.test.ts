import { describe, expect, it } from 'vitest'
import { towardTarget } from '../../../../src/sip/identity/asserted'
import {
  type HistoryStep,
  MAX_HISTORY_ENTRIES,
  withHistory,
  withPrivateEntriesHidden,
} from '../../../../src/sip/identity/history-info'
import { header, headerValues } from '../../../../src/sip/message/headers'
import type { Message } from '../../../../src/sip/message/message'
import { phone } from '../../support/call'
import { requestOf } from '../../support/messages'

const [BOB, ANN, VM] = ['bob@example.test', 'ann@example.test', 'vm@example.test'] as const
const CONTACT = 'sip:x7@x7.invalid;transport=ws'
const request = (...history: string[]) => requestOf('INVITE', { lines: history.map((h) => `History-Info: ${h}`) })
const entries = (message: Message) => headerValues(message, 'history-info')
const told = (steps: readonly HistoryStep[], history: readonly string[] = [], fork = 0) =>
  entries(withHistory(request(...history), steps, CONTACT, fork))

describe('RFC 7044 §10.3: a request that is forwarded', () => {
  it('tells whom it was for, why it went on, and how its target was found', () => {
    expect(told([{ aor: BOB, status: 486 }, { aor: ANN }])).toEqual([
      '<sip:bob@example.test?Reason=SIP%3Bcause%3D486>;index=1',
      '<sip:ann@example.test>;index=1.1;mp=1',
      `<${CONTACT}>;index=1.1.1;rc=1.1`,
    ])
  })

  it('C20 again is another branch of the same index', () => {
    expect(told([{ aor: BOB }, { aor: ANN, status: 408 }, { aor: VM }])).toEqual([
      '<sip:bob@example.test>;index=1',
      '<sip:ann@example.test?Reason=SIP%3Bcause%3D408>;index=1.1;mp=1',
      '<sip:vm@example.test>;index=1.2;mp=1.1',
      `<${CONTACT}>;index=1.2.1;rc=1.2`,
    ])
  })

  it('to several phones numbers them', () => {
    expect(told([{ aor: BOB }, { aor: ANN }], [], 2).at(-1)).toBe(`<${CONTACT}>;index=1.1.3;rc=1.1`)
  })

  it('and that was not forwarded tells nothing', () => {
    expect(told([{ aor: BOB }])).toEqual([])
    const known = request('<sip:bob@example.test>;index=1')
    expect(withHistory(known, [{ aor: BOB }], CONTACT)).toBe(known)
  })

  it('escapes what a URI can not hold', () => {
    expect(told([{ aor: 'a b>@x.test' }, { aor: ANN }])[0]).toBe('<sip:a%20b%3E@x.test>;index=1')
  })
})

describe('RFC 7044 §9.1: a history that came with the request', () => {
  const steps = [{ aor: BOB, status: 480 }, { aor: ANN }]

  it('goes on from its last entry, when that is about the one who was called', () => {
    expect(
      told(steps, ['<sip:office@a.test>;index=1, "Bob" <sip:bob@Example.test;user=phone>;index=1.1;mp=1']),
    ).toEqual([
      '<sip:office@a.test>;index=1',
      '<sip:bob@Example.test;user=phone?Reason=SIP%3Bcause%3D480>;index=1.1;mp=1',
      '<sip:ann@example.test>;index=1.1.1;mp=1.1',
      `<${CONTACT}>;index=1.1.1.1;rc=1.1.1`,
    ])
  })

  it('gets the entry that its sender did not write', () => {
    expect(told(steps, ['<sip:office@a.test>;index=1'])).toEqual([
      '<sip:office@a.test>;index=1',
      '<sip:bob@example.test?Reason=SIP%3Bcause%3D480>;index=1.1',
      '<sip:ann@example.test>;index=1.1.1;mp=1.1',
      `<${CONTACT}>;index=1.1.1.1;rc=1.1.1`,
    ])
  })

  it('keeps a Reason and other headers of its URI', () => {
    const [first] = told(steps, ['<sip:bob@example.test?Reason=Q.850%3Bcause%3D17>;index=1'])
    expect(first).toBe('<sip:bob@example.test?Reason=Q.850%3Bcause%3D17>;index=1')
    expect(told(steps, ['<sip:bob@example.test?X=y>;index=1'])[0]).toContain('?X=y&Reason=SIP%3Bcause%3D480')
  })

  it.each(['<sip:bob@example.test>', '<sip:bob@example.test>;index=x', 'nonsense', '<sip:b@c>;index=1..2'])(
    'is left out where it can not be continued: %s',
    (bad) => {
      expect(told(steps, [bad])[0]).toBe('<sip:bob@example.test?Reason=SIP%3Bcause%3D480>;index=1')
    },
  )

  it('is limited to the newest', () => {
    const long = Array.from({ length: 50 }, (_, i) => `<sip:n${i}@x.test>;index=1.${i + 1}`)
    const all = told(steps, long)
    expect(all).toHaveLength(MAX_HISTORY_ENTRIES)
    expect(all.at(-1)).toContain(CONTACT)
  })
})

describe('RFC 7044 §10.1: privacy', () => {
  const known = (privacy: string) =>
    requestOf('INVITE', { lines: [`Privacy: ${privacy}`, 'History-Info: <sip:bob@example.test>;index=1'] })

  it.each([
    ['history', 0, undefined],
    ['session', 0, 'session'],
    ['none', 1, 'none'],
    ['id', 1, undefined],
  ])('%s: a phone sees %i entries, and Privacy: %s', (privacy, count, left) => {
    const seen = towardTarget(known(privacy), phone('b'))
    expect(entries(seen)).toHaveLength(count)
    expect(header(seen, 'privacy')).toBe(left)
  })

  it('who is trusted sees all of it, and the wish', () => {
    const seen = towardTarget(known('history'), phone('t', { trusted: true }))
    expect([entries(seen).length, header(seen, 'privacy')]).toEqual([1, 'history'])
  })

  it('of one entry: it names nobody', () => {
    const seen = withPrivateEntriesHidden(
      request(
        '<sip:bob@example.test?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1',
        '<sip:ann@x.test>;index=1.1;mp=1',
      ),
    )
    expect(entries(seen)).toEqual(['<sip:anonymous@anonymous.invalid>;index=1', '<sip:ann@x.test>;index=1.1;mp=1'])
  })
})
