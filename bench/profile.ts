/**
 * `npm run bench:profile`: where the JavaScript of the Worker spends its time under load, function by function,
 * from V8's own profiler. Native time (SQLite, RPC) shows as (program): use `perf record -g` on workerd for that.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { WebSocket } from 'ws'
import { root } from '../infra/local/bootstrap.mjs'
import { applyMigrations } from '../infra/local/runtime.mjs'
import type { Scenario } from './load/generator'
import { Load } from './load/load'
import { DOMAIN } from './servers/server'
import { provision } from './servers/strowger'
import { numbers, readOptions, stateFolder } from './support/options'
import { freePort } from './support/processes'
import { show } from './support/statistics'
import { printTable } from './support/table'

const TOKEN = 'benchmark'

interface Profile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }>
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, {
    scenario: 'call',
    concurrency: '20',
    phones: '50',
    seconds: '5',
    top: '40',
    out: '',
    placement: 'one',
  })
  const [port, inspectorPort] = [await freePort(), await freePort()]
  const state = stateFolder('ram')
  const url = `http://127.0.0.1:${port}`
  const secrets = { adminToken: TOKEN, tokenSecret: 'benchmark-0123456789abcdef0123456789abcdef' }
  Object.assign(process.env, { WRANGLER_LOG: 'error', ADMIN_TOKEN: TOKEN, TOKEN_SECRET: secrets.tokenSecret })
  await applyMigrations({ host: '127.0.0.1', port, state, url, ...secrets })
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(root, 'wrangler.toml'))
  const { modulesRules: _, ...worker } = workerOptions as { modulesRules: unknown; bindings?: object }
  const instance = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      logRequests: false,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      resourcePersistencePath: join(state, 'v3'),
      host: '127.0.0.1',
      port,
      inspectorPort,
      ...worker,
      name: 'strowger',
      rootPath: root,
      modulesRoot: root,
      modules: [{ type: 'ESModule', path: join(root, 'dist/bench/plain-worker.js') }],
      bindings: {
        ...worker.bindings,
        SOCKETS_PER_OBJECT: options.placement ?? 'one',
        ADMIN_TOKEN: TOKEN,
        TOKEN_SECRET: secrets.tokenSecret,
      },
    }),
  )
  await instance.ready
  const phones = Number(options.phones)
  await provision(url, phones, TOKEN)
  const load = new Load()
  await load.connect({ url: `${url.replace('http', 'ws')}/`, domain: DOMAIN, phones, repeatsCredentials: false })
  const [concurrency = 20] = numbers(options.concurrency)
  const run = { scenario: options.scenario as Scenario, concurrency, seconds: Number(options.seconds) }
  await load.run({ ...run, seconds: 2 })
  const profiler = await Profiler.attach(inspectorPort)
  await profiler.start()
  const { operations } = await load.run(run)
  const profile = await profiler.stop()
  if (options.out) writeFileSync(options.out, JSON.stringify(profile))
  print(profile, operations, Number(options.top))
  await load.end()
  await instance.dispose()
  process.exit()
}

/** V8's profiler over the inspector protocol. */
class Profiler {
  private readonly socket: WebSocket
  private serial = 0
  private constructor(socket: WebSocket) {
    this.socket = socket
  }

  static async attach(port: number): Promise<Profiler> {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
    const target = targets.find((t) => t.webSocketDebuggerUrl.includes('strowger')) ?? targets[0]
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '')
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return new Profiler(socket)
  }

  async start(): Promise<void> {
    await this.ask('Profiler.enable')
    await this.ask('Profiler.setSamplingInterval', { interval: 500 })
    await this.ask('Profiler.start')
  }

  async stop(): Promise<Profile> {
    const { profile } = (await this.ask('Profiler.stop')) as { profile: Profile }
    this.socket.close()
    return profile
  }

  private ask(method: string, params: object = {}): Promise<object> {
    const id = ++this.serial
    return new Promise((resolve) => {
      const take = (data: Buffer) => {
        const answer = JSON.parse(data.toString()) as { id?: number; result: object }
        if (answer.id !== id) return
        this.socket.off('message', take)
        resolve(answer.result)
      }
      this.socket.on('message', take)
      this.socket.send(JSON.stringify({ id, method, params }))
    })
  }
}

function print({ nodes, samples, timeDeltas }: Profile, operations: number, top: number): void {
  const own = new Map<number, number>()
  samples.forEach((id, i) => {
    own.set(id, (own.get(id) ?? 0) + (timeDeltas[i] ?? 0))
  })
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const nameOf = (id: number) => {
    const frame = byId.get(id)?.callFrame
    return frame ? `${frame.functionName || '(anonymous)'}:${frame.lineNumber + 1}` : '?'
  }
  const self = new Map<string, number>()
  const total = new Map<string, number>()
  const visit = (id: number, above: ReadonlySet<string>): number => {
    const name = nameOf(id)
    const mine = own.get(id) ?? 0
    const path = new Set(above).add(name)
    const sum = mine + (byId.get(id)?.children ?? []).reduce((all, child) => all + visit(child, path), 0)
    self.set(name, (self.get(name) ?? 0) + mine)
    if (!above.has(name)) total.set(name, (total.get(name) ?? 0) + sum)
    return sum
  }
  const root = nodes[0]?.id ?? 0
  visit(root, new Set())
  const rows = (times: ReadonlyMap<string, number>) =>
    [...times]
      .sort((a, b) => b[1] - a[1])
      .slice(0, top)
      .map(([name, us]) => [name, show(us / operations)])
  printTable('Own time', ['function', 'us per operation'], rows(self))
  printTable('With what it called', ['function', 'us per operation'], rows(total))
}
