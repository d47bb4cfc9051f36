import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadResult } from './load/generator'
import { Load } from './load/load'
import type { Step } from './run'
import { DOMAIN, type RunningServer, type Server } from './servers/server'
import { stateFolder } from './support/options'
import { cpuSeconds, memoryBytes } from './support/processes'

export interface RoundOrder {
  readonly phones: number
  readonly seconds: number
  readonly warmSeconds: number
  readonly state: string
}

export interface StepResult extends LoadResult {
  readonly title: string
  readonly perSecond: number
  readonly serverCpuSeconds: number
  readonly perCpuSecond: number
}

export interface Measured {
  readonly server: string
  readonly steps: readonly StepResult[]
  readonly bytesPerPhone: number
  readonly registerFailures: Record<string, number>
}

let serial = 0

/** One server, started afresh, through all steps. */
export async function measure(server: Server, steps: readonly Step[], order: RoundOrder): Promise<Measured> {
  const state = join(stateFolder(order.state), String(serial++))
  mkdirSync(state, { recursive: true })
  const running = await server.start({ phones: order.phones, state })
  const load = new Load()
  try {
    return await measureRunning(server, running, load, steps, order)
  } finally {
    await load.end()
    await running.stop()
    rmSync(state, { recursive: true, force: true })
  }
}

async function measureRunning(
  server: Server,
  running: RunningServer,
  load: Load,
  steps: readonly Step[],
  order: RoundOrder,
): Promise<Measured> {
  const phones = { url: running.url, domain: DOMAIN, repeatsCredentials: running.repeatsCredentials }
  // The first phones pay for what every server loads once.
  const registerFailures = { ...(await load.connect({ ...phones, phones: 2 })) }
  const before = memoryBytes(running.pids())
  Object.assign(registerFailures, await load.connect({ ...phones, phones: order.phones }))
  const bytesPerPhone = (memoryBytes(running.pids()) - before) / (order.phones - 2)
  const results: StepResult[] = []
  for (const step of steps) results.push(await measureStep(running, load, step, order))
  return { server: server.name, steps: results, bytesPerPhone, registerFailures }
}

async function measureStep(running: RunningServer, load: Load, step: Step, order: RoundOrder): Promise<StepResult> {
  const { title, ...rest } = step
  if (order.warmSeconds > 0) await load.run({ ...rest, seconds: order.warmSeconds })
  const pids = running.pids()
  const before = cpuSeconds(pids)
  const result = await load.run({ ...rest, seconds: order.seconds })
  const serverCpuSeconds = cpuSeconds(pids) - before
  return {
    ...result,
    title,
    serverCpuSeconds,
    perSecond: result.operations / result.seconds,
    perCpuSecond: result.operations / serverCpuSeconds,
  }
}
