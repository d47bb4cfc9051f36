/**
 * `npm run bench:scale`: does a call cost more, or take longer, when more phones are registered? A server for each size, all at the same time
 * and under the same load, so that what else the machine does disturbs all alike. The same few phones call each other at each size, and the
 * others are registered and idle. What the first call of a phone costs that has been idle for long is measured apart, since it does
 * not depend on how many there are: its objects have to be made and read.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Counts } from './cost/meter'
import { Metered, well } from './cost/metered'
import type { LoadResult } from './load/generator'
import { Load } from './load/load'
import { DOMAIN, type RunningServer } from './servers/server'
import { strowger } from './servers/strowger'
import { numbers, readOptions, stateFolder, writeJson } from './support/options'
import { cpuSeconds, memoryBytes } from './support/processes'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

/** Phones that call: as many as there are at the smallest size. */
const CALLING = 10
/** Phones whose first call is measured in a round; half as many calls. */
const SLEEPING = 80
/** File handles of a phone that is idle, and of one whose objects are awake (workerd on Linux, 2026-11). */
const HANDLES = { idle: 2, awake: 8 }
/** Platform: an object without an event for so long is not kept in memory (workerd, 2026-11). */
const AWAKE_SECONDS = 10

const defaults = {
  phones: '10,1000,10000',
  counted: '10,1000',
  rounds: '5',
  seconds: '6',
  warm: '8',
  /** Calls per second at each size. */
  rate: '20',
  /** Phones that register in a second: those of the last ten seconds have open files. */
  register: '50',
  state: 'ram',
}

interface Site {
  readonly phones: number
  readonly running: RunningServer
  readonly load: Load
  readonly failures: Record<string, number>
  readonly bytesPerPhone: number
  readonly calls: Figures[]
  readonly firstCalls: Figures[]
}

interface Figures {
  readonly us: number
  readonly p50: number
  readonly p99: number
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, defaults)
  const register = Number(options.register)
  const sizes = numbers(options.phones).filter((phones) => isPossible(phones, register))
  const state = stateFolder(options.state ?? 'ram')
  console.log('registering')
  const sites = await Promise.all(sizes.map((phones) => open(phones, register, join(state, String(phones)))))
  const paced = { scenario: 'call' as const, concurrency: 0, perSecond: Number(options.rate) }
  const calls = { ...paced, among: { from: 0, phones: CALLING }, seconds: Number(options.seconds) }
  await Promise.all(sites.map(({ load }) => load.run({ ...calls, seconds: Number(options.warm) })))
  for (let round = 0; round < Number(options.rounds); round++) {
    console.log(`round ${round + 1}`)
    await Promise.all(sites.map(async (site) => site.calls.push(await measure(site, calls))))
    // The last ones have registered first.
    const from = (site: Site) => site.phones - (round + 1) * SLEEPING
    await Promise.all(
      sites
        .filter((site) => from(site) >= CALLING)
        .map(async (site) => {
          const among = { from: from(site), phones: SLEEPING, once: true }
          site.firstCalls.push(await measure(site, { ...calls, among, count: SLEEPING / 2 }))
        }),
    )
  }
  for (const { load, running } of sites) {
    await load.end()
    await running.stop()
  }
  const counts = new Map<number, Counts>()
  for (const phones of numbers(options.counted)) counts.set(phones, await countCall(phones))
  print(sites, counts)
  const measured = sites.map(({ running: _, load: __, ...figures }) => figures)
  writeJson(options.json, { options, measured, counts: Object.fromEntries(counts) })
  process.exit()
}

async function open(phones: number, perSecond: number, state: string): Promise<Site> {
  mkdirSync(state, { recursive: true })
  const running = await strowger().start({ phones, state })
  const load = new Load()
  const order = { url: running.url, domain: DOMAIN, repeatsCredentials: false, keepsAlive: true, perSecond }
  // The first phones pay for what every server loads once.
  const failures = { ...(await load.connect({ ...order, phones: 2 })) }
  const before = memoryBytes(running.pids())
  Object.assign(failures, await load.connect({ ...order, phones }))
  const bytesPerPhone = (memoryBytes(running.pids()) - before) / (phones - 2)
  return { phones, running, load, failures, bytesPerPhone, calls: [], firstCalls: [] }
}

async function measure({ running, load, failures }: Site, order: Parameters<Load['run']>[0]): Promise<Figures> {
  const pids = running.pids()
  const before = cpuSeconds(pids)
  const result: LoadResult = await load.run(order)
  for (const [cause, n] of Object.entries(result.failures)) failures[cause] = (failures[cause] ?? 0) + n
  const us = ((cpuSeconds(pids) - before) / result.operations) * 1e6
  return { us, p50: result.ringMs.p50, p99: result.ringMs.p99 }
}

/** A size that this machine's limits do not allow is left out, and said so. */
function isPossible(phones: number, registerPerSecond: number): boolean {
  const awake = Math.min(phones, registerPerSecond * AWAKE_SECONDS)
  const needed = phones * HANDLES.idle + awake * (HANDLES.awake - HANDLES.idle) + 500
  const allowed = openFiles()
  if (needed <= allowed) return true
  console.log(`\n*** SKIPPED ${phones} phones: about ${needed} open files, and this machine allows ${allowed} ***\n`)
  return false
}

function openFiles(): number {
  try {
    const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard ?? Number.POSITIVE_INFINITY)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** What one call costs in counts, with so many phones registered. */
async function countCall(phones: number): Promise<Counts> {
  const metered = await Metered.start(phones)
  try {
    const all = Array.from({ length: phones }, (_, n) => metered.phone(n))
    for (const phone of all) {
      await phone.connect()
      await well(phone.register())
    }
    const [caller, callee] = [all[0], all.at(-1)]
    if (!caller || !callee) throw new Error('no phones')
    await metered.costOf(() => well(caller.call(callee.own.user, 'warm')))
    return await metered.costOf(() => well(caller.call(callee.own.user, 'counted')))
  } finally {
    await metered.stop()
  }
}

function print(sites: readonly Site[], counts: ReadonlyMap<number, Counts>): void {
  const [first] = sites
  /** The median of what one size is to the first in each round. */
  const toFirst = (site: Site, pick: (figures: Figures) => number) =>
    show(median(site.calls.map((own, round) => pick(own) / pick(first?.calls[round] ?? own))))
  const of = (figures: readonly Figures[], pick: (figures: Figures) => number) => show(median(figures.map(pick)))
  printTable(
    `Calls of the same ${CALLING} phones among so many that are registered (medians)`,
    ['phones', 'us CPU', 'to first', 'ring p50 ms', 'to first', 'p99', 'kB per phone'],
    sites.map((site) => [
      show(site.phones),
      of(site.calls, (f) => f.us),
      toFirst(site, (f) => f.us),
      of(site.calls, (f) => f.p50),
      toFirst(site, (f) => f.p50),
      of(site.calls, (f) => f.p99),
      show(site.bytesPerPhone / 1_024),
    ]),
  )
  printTable(
    'The first calls of phones that have been idle (medians)',
    ['phones', 'us CPU', 'to a call of the others', 'ring p50 ms'],
    sites
      .filter(({ firstCalls }) => firstCalls.length > 0)
      .map(({ phones, calls, firstCalls }) => [
        show(phones),
        of(firstCalls, (f) => f.us),
        show(median(firstCalls.map((own, round) => own.us / (calls[round]?.us ?? Number.NaN)))),
        of(firstCalls, (f) => f.p50),
      ]),
  )
  printTable(
    'Counts of one call',
    ['phones', 'object requests', 'rows written', 'rows read', 'parses'],
    [...counts].map(([phones, c]) => [
      show(phones),
      show(c.objectRequests),
      show(c.rowsWritten),
      show(c.rowsRead),
      show(c.parses),
    ]),
  )
  const failures = sites.flatMap(({ phones, failures }) =>
    Object.entries(failures).map(([cause, n]) => `${cause}: ${n} (${phones} phones)`),
  )
  console.log(`failures: ${failures.join(', ') || 'none'}`)
}
