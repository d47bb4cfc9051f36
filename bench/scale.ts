/** `npm run bench:scale`: does a call cost more, or take longer, when more phones are registered? */
import type { Counts } from './cost/meter'
import { Metered, well } from './cost/metered'
import { type Measured, measure, type StepResult } from './round'
import { strowger } from './servers/strowger'
import { numbers, readOptions, writeJson } from './support/options'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

const PACED = 'paced'
const BUSY = 'busy'

const defaults = {
  phones: '10,1000,10000',
  counted: '10,1000',
  rounds: '3',
  seconds: '4',
  warm: '2',
  rate: '20',
  state: 'ram',
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, defaults)
  const sizes = numbers(options.phones)
  const steps = [
    { title: PACED, scenario: 'call' as const, concurrency: 0, perSecond: Number(options.rate) },
    { title: BUSY, scenario: 'call' as const, concurrency: 5 },
  ]
  const measured = new Map<number, Measured[]>(sizes.map((size) => [size, []]))
  for (let round = 1; round <= Number(options.rounds); round++)
    for (const phones of sizes) {
      console.log(`round ${round}: ${phones} phones`)
      const order = {
        seconds: Number(options.seconds),
        warmSeconds: Number(options.warm),
        state: options.state ?? 'ram',
      }
      measured.get(phones)?.push(await measure(strowger(), steps, { phones, ...order }))
    }
  const counts = new Map<number, Counts>()
  for (const phones of numbers(options.counted)) counts.set(phones, await countCall(phones))
  print(measured, counts)
  writeJson(options.json, { options, measured: Object.fromEntries(measured), counts: Object.fromEntries(counts) })
  process.exit()
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

function print(measured: ReadonlyMap<number, readonly Measured[]>, counts: ReadonlyMap<number, Counts>): void {
  const figures = [...measured].map(([phones, rounds]) => ({ phones, ...figuresOf(rounds) }))
  const first = figures[0]
  const failures = new Set<string>()
  for (const rounds of measured.values())
    for (const { steps, registerFailures } of rounds)
      for (const causes of [registerFailures, ...steps.map((s) => s.failures)])
        for (const [cause, n] of Object.entries(causes)) failures.add(`${cause}: ${n}`)
  printTable(
    'A call among so many registered phones (medians)',
    ['phones', 'us CPU', 'to first', 'ring p50 ms', 'to first', 'p99', 'kB per phone'],
    figures.map((f) => [
      show(f.phones),
      show(f.cpu),
      show(f.cpu / (first?.cpu ?? Number.NaN)),
      show(f.p50),
      show(f.p50 / (first?.p50 ?? Number.NaN)),
      show(f.p99),
      show(f.kilobytes),
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
  console.log(`failures: ${[...failures].join(', ') || 'none'}`)
}

function figuresOf(rounds: readonly Measured[]) {
  const of = (title: string, pick: (step: StepResult) => number) =>
    median(rounds.flatMap((r) => r.steps.filter((s) => s.title === title).map(pick)))
  return {
    cpu: of(BUSY, (s) => 1e6 / s.perCpuSecond),
    p50: of(PACED, (s) => s.ringMs.p50),
    p99: of(PACED, (s) => s.ringMs.p99),
    kilobytes: median(rounds.map((r) => r.bytesPerPhone / 1_024)),
  }
}
