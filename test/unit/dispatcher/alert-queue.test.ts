import { describe, expect, it } from 'vitest'
import { type Alert, alertBody, QUIET_MS, subjectOf } from '../../../src/dispatcher/alert'
import {
  attempted,
  isPast,
  isWaiting,
  MAX_QUEUED_ALERTS,
  nextDeadline,
  objection,
  type QueuedAlert,
  queued,
  RETRIES_MS,
  settled,
} from '../../../src/dispatcher/alert-queue'

const NOW = Date.UTC(2026, 10, 28, 12)
const alert = (change: Partial<Alert> = {}): Alert => ({
  kind: 'call-limit',
  at: NOW,
  domain: 'a.test',
  aor: 'alice@a.test',
  detail: 'too many calls',
  ...change,
})

describe('G12 an alert', () => {
  it('is one with another of its kind and subject, whatever else it says', () => {
    expect(subjectOf(alert({ detail: 'more calls', at: NOW + 1 }))).toBe(subjectOf(alert()))
    expect(subjectOf(alert({ aor: 'bob@a.test' }))).not.toBe(subjectOf(alert()))
    expect(subjectOf(alert({ kind: 'spending-limit' }))).not.toBe(subjectOf(alert()))
    expect(subjectOf({ kind: 'trunk-failed', at: NOW, trunk: 'main', gateway: 'g1', detail: '' })).toBe(
      'trunk-failed main',
    )
  })

  it('is sent as JSON with a name of its own and a time of RFC 3339', () => {
    expect(JSON.parse(alertBody('id1', alert()))).toEqual({ id: 'id1', ...alert(), at: '2026-11-28T12:00:00.000Z' })
  })
})

describe('G12 the alerts of one receiver', () => {
  it('are of one subject once a minute, taken or not', () => {
    const known = queued('1', alert(), NOW)
    for (const one of [known, settled(known)]) {
      expect(objection([one], alert({ at: NOW + QUIET_MS - 1 }), NOW + QUIET_MS - 1)).toBe('repeated')
      expect(objection([one], alert({ at: NOW + QUIET_MS }), NOW + QUIET_MS)).toBeUndefined()
      expect(objection([one], alert({ aor: 'bob@a.test' }), NOW)).toBeUndefined()
    }
  })

  it('are so many at most', () => {
    const full = Array.from({ length: MAX_QUEUED_ALERTS }, (_, i) =>
      queued(`${i}`, alert({ aor: `u${i}@a.test` }), NOW),
    )
    expect(objection(full.slice(1), alert(), NOW)).toBeUndefined()
    expect(objection(full, alert(), NOW)).toBe('full')
  })

  it('are tried again and again, and then given up', () => {
    let known = queued('1', alert(), NOW)
    let nowMs = NOW
    const waits: number[] = []
    while (known.dueAtMs !== undefined) {
      waits.push(known.dueAtMs - nowMs)
      nowMs = known.dueAtMs
      known = JSON.parse(JSON.stringify(attempted(known, nowMs))) as QueuedAlert
    }
    expect(waits).toEqual([0, ...RETRIES_MS])
    expect([known.attempts, isWaiting(known), isPast(known, nowMs)]).toEqual([6, false, true])
  })

  it('stay for a minute after they were taken, and then nothing is left', () => {
    const taken = settled(attempted(queued('1', alert(), NOW), NOW))
    expect([isPast(taken, NOW + QUIET_MS - 1), isPast(taken, NOW + QUIET_MS)]).toEqual([false, true])
    expect(nextDeadline([taken])).toBe(NOW + QUIET_MS)
    expect(nextDeadline([taken, queued('2', alert(), NOW + 5)])).toBe(NOW + 5)
    expect(nextDeadline([])).toBeUndefined()
  })
})
