import { describe, expect, it } from 'vitest'
import { type ReportedStates, reportedStates, TRUNK_FAILURES, troublesIn } from '../../../src/dispatcher/troubles'

const NOW = 1_000
const trunk = (status: string, failures = 0, more: object = {}): ReportedStates => ({
  sets: {},
  trunks: [{ name: 'main', status, failures, ...more }],
})
const set = (...states: string[]): ReportedStates => ({
  sets: { out: states.map((state) => ({ uri: `sip:${state}`, state })) },
  trunks: [],
})

/** What is told after each report. */
function toldOf(reports: readonly ReportedStates[]): string[][] {
  let known: readonly string[] = []
  return reports.map((report) => {
    const { troubles, alerts } = troublesIn(report, known, { gateway: 'g1', nowMs: NOW })
    known = JSON.parse(JSON.stringify(troubles))
    for (const alert of alerts) expect(alert).toMatchObject({ gateway: 'g1', at: NOW })
    return alerts.map(({ kind, detail }) => `${kind}: ${detail}`)
  })
}

describe('I13 a trunk', () => {
  it('is told of after so many failures in a row, once, until it has been registered', () => {
    const failing = { lastCode: 503, lastReason: 'Busy' }
    const told = toldOf([
      trunk('failed', TRUNK_FAILURES - 1, failing),
      trunk('failed', TRUNK_FAILURES, failing),
      trunk('registering', TRUNK_FAILURES, failing),
      trunk('failed', TRUNK_FAILURES + 1, failing),
      trunk('registered'),
      trunk('failed', 1),
      trunk('failed', TRUNK_FAILURES),
    ])
    const alert = 'trunk-failed: The trunk main is not registered, says gateway g1, 3 attempts in a row'
    expect(told).toEqual([[], [`${alert}: 503 Busy.`], [], [], [], [], [`${alert}.`]])
  })

  it('is told of at once for a wrong password or realm, and not each time it tries again', () => {
    expect(toldOf([trunk('rejected', 0, { lastCode: 403 }), trunk('registering'), trunk('rejected')])).toEqual([
      ['trunk-failed: The trunk main is not registered, says gateway g1: 403.'],
      [],
      [],
    ])
    expect(toldOf([trunk('realm-mismatch', 0, { theirRealm: 'b.example' })])).toEqual([
      ['trunk-failed: The trunk main is not registered, says gateway g1: the realm of the registrar is b.example.'],
    ])
  })

  it('that is taken away or disabled is no trouble', () => {
    expect(toldOf([trunk('rejected'), { sets: {}, trunks: [] }, trunk('rejected')]).map((told) => told.length)).toEqual(
      [1, 0, 1],
    )
    expect(toldOf([trunk('rejected'), trunk('disabled'), trunk('rejected')]).map((told) => told.length)).toEqual([
      1, 0, 1,
    ])
  })
})

describe('G12 a dispatcher set', () => {
  it('is told of when none of its destinations lives, and again after one did', () => {
    const down = ['set-down: No destination of the set out lives, says gateway g1.']
    expect(toldOf([set('AP', 'IP'), set('IP', 'DX'), set('IP', 'IP'), set('TP', 'IP'), set('IP', 'IP')])).toEqual([
      [],
      down,
      [],
      [],
      down,
    ])
  })

  it('without destinations is none', () => {
    expect(toldOf([set()])).toEqual([[]])
  })
})

describe('the report of a gateway', () => {
  it.each([
    {},
    { sets: null, trunks: null },
    { sets: 'x', trunks: [1, null, {}] },
    { sets: { a: [1], b: [null], c: 1 } },
  ])('of another version is read as far as it can be: %j', (report) => {
    expect(reportedStates(report)).toEqual({ sets: {}, trunks: [] })
  })

  it('is read whole', () => {
    const report = { ...set('AP'), trunks: trunk('failed', 2).trunks }
    expect(reportedStates(report)).toEqual(report)
  })
})
