/**
 * `npm run bench:pair`: two or more servers at the same time, each under the same paced load, so that what else the machine does
 * disturbs all alike. For the question whether a change gains anything; throughput is what `npm run bench` measures.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from './load/generator'
import { Load } from './load/load'
import { DOMAIN } from './servers/server'
import { chooseServers } from './servers/servers'
import { readOptions, stateFolder } from './support/options'
import { cpuSeconds } from './support/processes'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

const defaults = {
  only: 'strowger',
  /** Other checkouts of this project, comma-separated, and how their sockets are placed: `one` or `many` per object. */
  beside: '',
  placement: 'one',
  scenario: 'call',
  phones: '100',
  /** Operations per second on each server. */
  rate: '100',
  seconds: '5',
  warm: '8',
  rounds: '5',
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, defaults)
  const servers = chooseServers(options.only, options.beside, options.placement === 'many' ? 'many' : 'one')
  const phones = Number(options.phones)
  const parent = stateFolder('ram')
  const under = []
  for (const [i, server] of servers.entries()) {
    const state = join(parent, String(i))
    mkdirSync(state, { recursive: true })
    const running = await server.start({ phones, state })
    const load = new Load()
    await load.connect({ url: running.url, domain: DOMAIN, phones, repeatsCredentials: running.repeatsCredentials })
    under.push({ server, running, load, us: [] as number[], failures: {} as Record<string, number> })
  }
  const scenario = options.scenario as Scenario
  const order = { scenario, concurrency: 0, perSecond: Number(options.rate) }
  await Promise.all(under.map(({ load }) => load.run({ ...order, seconds: Number(options.warm) })))
  for (let round = 0; round < Number(options.rounds); round++) {
    await Promise.all(
      under.map(async (each) => {
        const pids = each.running.pids()
        const before = cpuSeconds(pids)
        const { operations, failures } = await each.load.run({ ...order, seconds: Number(options.seconds) })
        each.us.push(((cpuSeconds(pids) - before) / operations) * 1e6)
        Object.assign(each.failures, failures)
      }),
    )
  }
  const [first] = under
  printTable(
    `${scenario}, ${options.rate} per second each, all at once`,
    ['server', 'us CPU', 'of the first', 'failures'],
    under.map(({ server, us, failures }) => [
      server.title,
      show(median(us)),
      show(median(us.map((own, i) => own / (first?.us[i] ?? own)))),
      JSON.stringify(failures),
    ]),
  )
  for (const { load, running } of under) {
    await load.end()
    await running.stop()
  }
  process.exit()
}
