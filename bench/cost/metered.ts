import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../infra/local/bootstrap.mjs'
import { buildWeb } from '../../infra/local/build-web.mjs'
import { applyMigrations, runWorker } from '../../infra/local/runtime.mjs'
import { Phone } from '../load/phone'
import { DOMAIN } from '../servers/server'
import { provision } from '../servers/strowger'
import { stateFolder } from '../support/options'
import { freePort, until } from '../support/processes'
import type { Counts } from './meter'

const TOKEN = 'benchmark'

/** The Worker with its meter, running, and phones to use it. */
export class Metered {
  readonly url: string
  private readonly instance: { dispose(): Promise<void> }
  readonly strays: string[] = []

  private constructor(url: string, instance: { dispose(): Promise<void> }) {
    this.url = url
    this.instance = instance
  }

  static async start(subscribers: number): Promise<Metered> {
    await buildWeb()
    const port = await freePort()
    const state = join(stateFolder('ram'), 'state')
    mkdirSync(state)
    const url = `http://127.0.0.1:${port}`
    const secrets = { adminToken: TOKEN, tokenSecret: 'benchmark-0123456789abcdef0123456789abcdef' }
    const settings = { host: '127.0.0.1', port, state, url, ...secrets }
    await applyMigrations(settings)
    const instance = runWorker(settings, join(root, 'dist/bench/cost-worker.js'))
    await instance.ready
    await provision(url, subscribers, TOKEN)
    const metered = new Metered(url, instance)
    await metered.take()
    return metered
  }

  phone(n: number): Phone {
    const user = `u${String(n).padStart(5, '0')}`
    return new Phone({ user, domain: DOMAIN, host: `${user}.invalid` }, `${this.url.replace('http', 'ws')}/`, {
      repeatsCredentials: false,
      sendsTrying: true,
      onStray: (what) => this.strays.push(what),
    })
  }

  /** What a piece of work costs, once everything that it set off has come to rest. */
  async costOf(work: () => Promise<void>): Promise<Counts> {
    await this.take()
    await work()
    const sum = await this.take()
    let quiet = 0
    await until('the objects to rest', async () => {
      const more = await this.take()

      for (const [what, n] of Object.entries(more)) sum[what] = (sum[what] ?? 0) + n
      quiet = Object.keys(more).length === 0 ? quiet + 1 : 0
      return quiet >= 5
    })
    return sum
  }

  async advance(ms: number): Promise<void> {
    const response = await fetch(`${this.url}/meter?advance=${ms}`)
    this.merge((await response.json()) as Counts)
  }

  stop(): Promise<void> {
    return this.instance.dispose()
  }

  private held: Counts = {}

  private merge(counts: Counts): void {
    for (const [what, n] of Object.entries(counts)) this.held[what] = (this.held[what] ?? 0) + n
  }

  private async take(): Promise<Counts> {
    await this.advance(0)
    const taken = this.held
    this.held = {}
    return taken
  }
}

/** What must end well for its cost to mean anything. */
export async function well(work: Promise<{ failure?: string }>): Promise<void> {
  const { failure } = await work
  if (failure) throw new Error(failure)
}
