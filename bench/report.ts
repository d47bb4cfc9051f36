import type { Measured, StepResult } from './round'
import type { Step } from './run'
import type { Server } from './servers/server'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

const HEAD = ['server', 'per s', 'per CPU-s', 'us CPU', 'of ours', 'p50 ms', 'p95', 'p99', 'load gen.', 'failures']

/** A table per step: medians over the rounds, and what each server does per CPU-second as a share of the first one. */
export function summarise(servers: readonly Server[], steps: readonly Step[], measured: readonly Measured[]): void {
  for (const step of steps) {
    const of = (server: Server) =>
      measured.filter((m) => m.server === server.name).flatMap((m) => m.steps.filter((s) => s.title === step.title))
    const first = servers[0] ? median(of(servers[0]).map((r) => r.perCpuSecond)) : Number.NaN
    const note = step.scenario === 'call' ? '; latency: INVITE -> 180' : ''
    printTable(
      `${step.title} (medians${note})`,
      HEAD,
      servers.map((server) => row(server.title, of(server), first)),
    )
  }
  printTable(
    'Memory per registered phone (medians)',
    ['server', 'kB'],
    servers.map((server) => [
      server.title,
      show(median(measured.filter((m) => m.server === server.name).map((m) => m.bytesPerPhone / 1_024))),
    ]),
  )
  for (const { server, registerFailures } of measured)
    if (Object.keys(registerFailures).length > 0) console.log(`${server}: registering: ${causes([registerFailures])}`)
}

function row(title: string, results: readonly StepResult[], first: number): string[] {
  const of = (pick: (result: StepResult) => number) => median(results.map(pick))
  const latency = (pick: 'p50' | 'p95' | 'p99') =>
    show(of((r) => (Number.isFinite(r.ringMs.p50) ? r.ringMs[pick] : r.tookMs[pick])))
  const perCpuSecond = of((r) => r.perCpuSecond)
  return [
    title,
    show(of((r) => r.perSecond)),
    show(perCpuSecond),
    show(1e6 / perCpuSecond),
    show(first / perCpuSecond),
    latency('p50'),
    latency('p95'),
    latency('p99'),
    show(of((r) => r.generatorLoad)),
    causes(results.map((r) => r.failures)),
  ]
}

function causes(failures: ReadonlyArray<Record<string, number>>): string {
  const sums: Record<string, number> = {}
  for (const counts of failures)
    for (const [cause, count] of Object.entries(counts)) sums[cause] = (sums[cause] ?? 0) + count
  return (
    Object.entries(sums)
      .map(([cause, count]) => `${cause}: ${count}`)
      .join(', ') || 'none'
  )
}
