/**
 * `npm run bench:cost`: drives the Worker through what phones do in a day, counts what Cloudflare bills, and prices it.
 */
import type { Counts } from './cost/meter'
import { Metered, well } from './cost/metered'
import { D1_QUERY_SECONDS, dollarsPerMillion, EVENT_SECONDS, PRICES_AS_OF, unitsOf } from './cost/prices'
import { readOptions, writeJson } from './support/options'
import { show } from './support/statistics'
import { printTable } from './support/table'

const DAY_SECONDS = 86_400
const DAYS_PER_MONTH = 30
const REFRESH_SECONDS = 600
const RECONNECTS_PER_DAY = 2
/** JsSIP refreshes somewhere between a half and the whole of what it was granted. */
const SILENT_REFRESH_SECONDS = 65

const WITH_PINGS = 'idle phone, keep-alives'
const WITHOUT_PINGS = 'idle phone, no keep-alives'

const COLUMNS = [
  'workerRequests',
  'objectRequests',
  'webSocketMessages',
  'rowsWritten',
  'rowsRead',
  'd1Queries',
  'alarmsSet',
  'alarmRuns',
  'parses',
  'charactersSent',
  'charactersStored',
] as const

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, { times: '10', check: 'no' })
  const times = Number(options.times)
  const metered = await Metered.start(4)
  try {
    const events = await measureEvents(metered, times)
    const days = await measureDays(metered)
    const budget = print(events, days)
    if (metered.strays.length > 0) console.log(`unexpected: ${[...new Set(metered.strays)].join(', ')}`)
    writeJson(options.json, { options, pricesAsOf: PRICES_AS_OF, budget, events, days })
    const isOver = budget.some(({ measured, atMost }) => atMost !== undefined && measured > atMost)
    if (options.check === 'yes' && isOver) process.exitCode = 1
  } finally {
    await metered.stop()
  }
  process.exit()
}

type Table = Record<string, Counts>

/** Each event a few times, as an average. */
async function measureEvents(metered: Metered, times: number): Promise<Table> {
  const [alice, bob] = [metered.phone(0), metered.phone(1)]
  const average = async (work: (n: number) => Promise<void>) => {
    const counts = await metered.costOf(async () => {
      for (let n = 0; n < times; n++) await work(n)
    })
    return Object.fromEntries(Object.entries(counts).map(([what, n]) => [what, n / times]))
  }
  const events: Table = {}
  events['first registration'] = await metered.costOf(async () => {
    await alice.connect()
    await well(alice.register())
  })
  await bob.connect()
  await well(bob.register())
  events['keep-alive'] = await average(() => alice.ping())
  events.refresh = await average(() => well(alice.refresh()))
  events.reconnect = await average(async () => {
    await alice.close()
    await alice.connect()
    await well(alice.register())
  })
  await metered.costOf(() => alice.message(bob.own.user, 'warm-message').then(() => undefined))
  await metered.costOf(() => alice.call(bob.own.user, 'warm-call').then(() => undefined))
  events.message = await average((n) => well(alice.message(bob.own.user, `message-${n}`)))
  events['answered call'] = await average((n) => well(alice.call(bob.own.user, `call-${n}`)))
  await alice.close()
  await bob.close()
  return events
}

/** A day of the isolate's clock, with every refresh and reconnect in it. */
async function measureDays(metered: Metered): Promise<Table> {
  return {
    [WITH_PINGS]: await day(metered, REFRESH_SECONDS, true),
    [WITHOUT_PINGS]: await day(metered, SILENT_REFRESH_SECONDS, false),
  }
}

async function day(metered: Metered, refreshSeconds: number, pings: boolean): Promise<Counts> {
  const phone = metered.phone(pings ? 2 : 3)
  await phone.connect()
  if (pings) await phone.ping()
  await well(phone.register())
  const refreshes = Math.floor(DAY_SECONDS / refreshSeconds)
  const reconnectEvery = Math.floor(refreshes / RECONNECTS_PER_DAY)
  const counts = await metered.costOf(async () => {
    for (let n = 1; n <= refreshes; n++) {
      await metered.advance(refreshSeconds * 1_000)
      if (n % reconnectEvery === 0) {
        await phone.close()
        await phone.connect()
      }
      if (pings) await phone.ping()
      await well(n % reconnectEvery === 0 ? phone.register() : phone.refresh())
    }
  })
  await phone.close()
  return counts
}

/** Prints everything and answers what was promised about it. */
function print(events: Table, days: Table): Limit[] {
  const cells = (counts: Counts) => COLUMNS.map((what) => show(counts[what] ?? 0))
  const rows = ([name, counts]: [string, Counts]) => [
    name,
    ...cells(counts),
    dollarsPerMillion(unitsOf(counts)).toFixed(3),
  ]
  printTable('Per event (average)', ['event', ...COLUMNS, '$ per million'], Object.entries(events).map(rows))
  printTable(
    `Per day: refresh at ${REFRESH_SECONDS} s (without keep-alives ${SILENT_REFRESH_SECONDS} s), ${RECONNECTS_PER_DAY} reconnects`,
    ['phone', ...COLUMNS, '$ per million'],
    Object.entries(days).map(rows),
  )
  for (const [event, counts] of Object.entries(events)) {
    const calls = Object.entries(counts).filter(([what]) => what.includes('.'))
    console.log(`${event}: ${calls.map(([what, n]) => `${what} ${show(n)}`).join(', ') || 'no object called'}`)
  }
  const budget = budgetOf(events, days)
  printTable(
    `Cost (list prices of ${PRICES_AS_OF}; ${EVENT_SECONDS * 1_000} ms awake per event, ${D1_QUERY_SECONDS * 1_000} per D1 query)`,
    ['what', 'measured', 'at most', ''],
    budget.map(({ what, measured, atMost }) => [
      what,
      measured.toFixed(measured % 1 === 0 ? 0 : 3),
      atMost === undefined ? '-' : String(atMost),
      atMost !== undefined && measured > atMost ? 'OVER' : '',
    ]),
  )
  return budget
}

interface Limit {
  readonly what: string
  readonly measured: number
  readonly atMost?: number
}

/** What a call takes now: its seven frames, and what other objects hand on as text. More would be a step back. */
const MAX_PARSES = 13

function budgetOf(events: Table, days: Table): Limit[] {
  const call = events['answered call'] ?? {}
  const monthly = (name: string) => (dollarsPerMillion(unitsOf(days[name] ?? {})) * DAYS_PER_MONTH * 1_000) / 1e6
  return [
    { what: '$ for 1,000 idle phones and a month', measured: monthly(WITH_PINGS), atMost: 0.3 },
    { what: '$ for the same without keep-alives', measured: monthly(WITHOUT_PINGS) },
    { what: '$ for a million answered calls', measured: dollarsPerMillion(unitsOf(call)), atMost: 10 },
    { what: 'object requests per call', measured: call.objectRequests ?? 0, atMost: 12 },
    { what: 'rows written per call', measured: call.rowsWritten ?? 0, atMost: 8 },
    { what: 'messages parsed per call', measured: call.parses ?? 0, atMost: MAX_PARSES },
    { what: 'wake-ups by keep-alives', measured: sum(events['keep-alive']), atMost: 0 },
    { what: 'rows written by refreshes', measured: events.refresh?.rowsWritten ?? 0, atMost: 0 },
  ]
}

function sum(counts: Counts = {}): number {
  return Object.values(counts).reduce((all, n) => all + n, 0)
}
