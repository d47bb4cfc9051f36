import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Alert, QUIET_MS } from '../../../src/dispatcher/alert'
import { MAX_QUEUED_ALERTS, RETRIES_MS } from '../../../src/dispatcher/alert-queue'
import { raiseAlert } from '../../../src/objects/raise-alert'
import { signature } from '../../../src/platform/signature'
import { token } from '../support/messages'
import { later } from '../support/objects'
import { admin, type LogLine } from '../support/world'

const SECRET = 'a secret of sixteen'
const URL = 'https://ops.example/alerts'

interface Sent {
  readonly url: string
  readonly body: string
  readonly headers: Headers
  readonly redirect: string | undefined
}

let domain = ''
let sent: Sent[] = []
let answers: Array<number | 'unreachable'> = []
let lines: LogLine[] = []

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2099, 0, 1) })
  domain = `alerts-${token(4)}.test`
  await admin('POST', '/v1/domains', { name: domain, alertUrl: URL, alertSecret: SECRET })
  sent = []
  answers = []
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
    lines.push(JSON.parse(String(line)) as LogLine)
  })
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    sent.push({
      url: String(input),
      body: String(init?.body),
      headers: new Headers(init?.headers),
      redirect: init?.redirect,
    })
    const answer = answers.shift() ?? 204
    if (answer === 'unreachable') throw new Error('connection refused')
    return new Response(null, { status: answer })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const alert = (change: Partial<Alert> = {}): Alert => ({
  kind: 'call-limit',
  at: Date.now(),
  domain,
  aor: `alice@${domain}`,
  detail: 'too many calls',
  ...change,
})
const events = (event: string) => lines.filter((line) => line.event === event && line.domain === domain)
const stub = () => env.ALERTS.getByName(`domain ${domain}`)
const wake = () => runDurableObjectAlarm(stub())
const rows = () =>
  runInDurableObject(stub(), async (_, { storage }) => [[...storage.kv.list()].length, await storage.getAlarm()])

describe('G12 an alert', () => {
  it('is a log line and a signed request to who wants to know', async () => {
    const raised = alert()
    await raiseAlert(env, raised)
    expect(events('alert')).toEqual([{ event: 'alert', ...raised }])
    expect(sent).toEqual([])
    await wake()
    expect(sent).toHaveLength(1)
    const [{ url, body, headers, redirect } = { url: '', body: '', headers: new Headers(), redirect: '' }] = sent
    expect([url, redirect, headers.get('Content-Type')]).toEqual([URL, 'manual', 'application/json'])
    expect(JSON.parse(body)).toEqual({ id: expect.any(String), ...raised, at: '2099-01-01T00:00:00.000Z' })
    const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get('Strowger-Signature') ?? '') ?? []
    expect(Number(seconds)).toBe(Math.floor(Date.now() / 1_000))
    expect(mac).toBe(signature(SECRET, `${seconds}.${body}`))
  })

  it('leaves nothing behind', async () => {
    await raiseAlert(env, alert())
    await wake()
    expect(await rows()).toEqual([1, Date.now() + QUIET_MS])
    later(QUIET_MS)
    await wake()
    expect(await rows()).toEqual([0, null])
  })

  it('is told of one subject once a minute, and of others', async () => {
    for (let i = 0; i < 20; i++) {
      await raiseAlert(env, alert())
      await stub().raise(alert())
      later(1_000)
    }
    await raiseAlert(env, alert({ aor: `bob@${domain}` }))
    await raiseAlert(env, alert({ kind: 'spending-limit' }))
    await wake()
    expect(sent.map(({ body }) => [JSON.parse(body).kind, JSON.parse(body).aor]).sort()).toEqual([
      ['call-limit', `alice@${domain}`],
      ['call-limit', `bob@${domain}`],
      ['spending-limit', `alice@${domain}`],
    ])
    expect(events('alert')).toHaveLength(3)
    later(QUIET_MS)
    await raiseAlert(env, alert())
    await wake()
    expect(sent).toHaveLength(4)
  })

  it('is sent again until it is taken, each time with the same name, whatever is evicted in between', async () => {
    answers = [500, 'unreachable', 302, 204]
    await raiseAlert(env, alert())
    await wake()
    for (const ms of RETRIES_MS.slice(0, 3)) {
      await evictAllDurableObjects()
      later(ms - 1)
      await wake()
      later(1)
      await wake()
    }
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    expect(events('alert.failed').map(({ attempts, error }) => [attempts, error])).toEqual([
      [1, 'answered 500'],
      [2, 'Error: connection refused'],
      [3, 'answered 302'],
    ])
  })

  it('is given up in the end', async () => {
    answers = Array.from({ length: 20 }, () => 503)
    await raiseAlert(env, alert())
    await wake()
    for (const ms of RETRIES_MS) {
      later(ms)
      await wake()
    }
    later(QUIET_MS)
    await wake()
    expect(sent).toHaveLength(1 + RETRIES_MS.length)
    expect(events('alert.lost')).toHaveLength(1)
    expect(await rows()).toEqual([0, null])
  })

  it('is stored as an attempt before it is made', async () => {
    const nowMs = Date.now()
    await raiseAlert(env, alert())
    const stored = await runInDurableObject(stub(), async (object, { storage }) => {
      const { promise, resolve } = Promise.withResolvers<Response>()
      vi.mocked(fetch).mockImplementationOnce(() => promise)
      const alarm = object.alarm()
      await vi.waitUntil(() => vi.mocked(fetch).mock.calls.length === 1)
      const rows = [...storage.kv.list()].map(([, row]) => row)
      resolve(new Response(null, { status: 204 }))
      await alarm
      return rows
    })
    expect(stored).toMatchObject([{ attempts: 1, dueAtMs: nowMs + RETRIES_MS[0] }])
  })

  it('of an attack has a limit', async () => {
    for (let i = 0; i < MAX_QUEUED_ALERTS + 5; i++) await stub().raise(alert({ aor: `u${i}@${domain}` }))
    expect((await rows())[0]).toBe(MAX_QUEUED_ALERTS)
    expect(events('alert.lost')).toHaveLength(5)
  })

  it('goes nowhere when its domain has no receiver any more, nor has the deployment', async () => {
    await raiseAlert(env, alert())
    await admin('PATCH', `/v1/domains/${domain}`, { alertUrl: null })
    await wake()
    expect(sent).toEqual([])
    expect(events('alert.failed')).toMatchObject([{ error: 'the domain has no alertUrl any more' }])
    await raiseAlert(env, alert({ aor: `bob@${domain}` }))
    expect((await rows())[0]).toBe(1)
    expect(events('alert')).toHaveLength(2)
  })

  it('breaks nothing when the database is away', async () => {
    const DB = {
      prepare: () => {
        throw new Error('away')
      },
    } as unknown as D1Database
    await raiseAlert({ ...env, DB } as Env, alert())
    expect(events('alert.lost')).toMatchObject([{ error: expect.stringContaining('away') }])
  })
})
