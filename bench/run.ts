/**
 * `npm run bench`: REGISTER refreshes, MESSAGE and full calls against the built bundle in workerd, and beside it against
 * the bare relay and Kamailio, alternating, from one load generator on loopback.
 */
import type { Scenario } from './load/generator'
import { summarise } from './report'
import { type Measured, measure } from './round'
import { chooseServers, DEFAULT_SERVERS } from './servers/servers'
import { numbers, readOptions, writeJson } from './support/options'

const defaults = {
  /** Which servers take turns. */
  only: DEFAULT_SERVERS,
  /** Other checkouts of this project that take turns too, comma-separated: what a change gains. */
  beside: '',
  scenarios: 'refresh,message,call,paced',
  phones: '200',
  /** Calls in flight. */
  concurrency: '1,20,100',
  /** Of each measurement, and before it. */
  seconds: '4',
  warm: '2',
  rounds: '3',
  /** Calls per second of `paced`. */
  rate: '20',
  /** `ram`, `disk` or a folder. */
  state: 'ram',
}

export interface Step {
  readonly title: string
  readonly scenario: Scenario
  readonly concurrency: number
  readonly perSecond?: number
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, defaults)
  const servers = chooseServers(options.only, options.beside)
  const steps = plan(options)
  const order = {
    phones: Number(options.phones),
    seconds: Number(options.seconds),
    warmSeconds: Number(options.warm),
    state: options.state ?? 'ram',
  }
  const measured: Measured[] = []
  for (let round = 1; round <= Number(options.rounds); round++)
    for (const server of servers) {
      console.log(`round ${round}: ${server.title}`)
      measured.push(await measure(server, steps, order))
    }
  summarise(servers, steps, measured)
  writeJson(options.json, { options, measured })
}

function plan(options: Readonly<Record<string, string>>): Step[] {
  const steps: Step[] = []
  for (const name of options.scenarios?.split(',') ?? []) {
    if (name === 'refresh') steps.push({ title: 'REGISTER refresh', scenario: 'refresh', concurrency: 50 })
    else if (name === 'message') steps.push({ title: 'MESSAGE and 200', scenario: 'message', concurrency: 50 })
    else if (name === 'paced') {
      const perSecond = Number(options.rate)
      steps.push({ title: `calls, ${perSecond} per second`, scenario: 'call', concurrency: 0, perSecond })
    } else if (name === 'call') {
      for (const concurrency of numbers(options.concurrency))
        steps.push({ title: `calls, ${concurrency} in flight`, scenario: 'call', concurrency })
    } else throw new Error(`no scenario "${name}"`)
  }
  return steps
}
