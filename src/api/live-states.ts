import { z } from '@hono/zod-openapi'
import { time, toTime } from './fields'
import { describeGateways, type GatewayView } from './gateway-directory'

const told = {
  gateway: z.string().openapi({ description: 'Who says so.', example: 'g1' }),
  connected: z.boolean().openapi({ description: 'False: the gateway is away, this is the last that it said.' }),
  reportedAt: time,
}
const last = { lastStatus: z.int().optional(), lastReason: z.string().optional() }

export const DestinationState = z
  .object({
    ...told,
    state: z.string().openapi({
      description: 'A: in use, T: failing and in use, I: down, D: disabled; P: probed, X: not.',
      example: 'AP',
    }),
    changedAt: time,
    latencyMs: z.int().optional().openapi({ description: 'Smoothed round trip of the probes.' }),
    notBefore: time.optional().openapi({ description: 'It has asked for no calls until then (503 with Retry-After).' }),
    ...last,
  })
  .openapi('DestinationState')

export const TrunkState = z
  .object({
    ...told,
    status: z.string().openapi({ example: 'registered' }),
    registeredUntil: time.optional(),
    nextAttempt: time.optional(),
    lastCode: z.int().optional(),
    lastReason: z.string().optional(),
    theirRealm: z.string().optional().openapi({ description: 'Of the registrar, when it is another than ours.' }),
    ourRealm: z.string().optional(),
  })
  .openapi('TrunkState')

/** The parts of a report that are shown elsewhere; a gateway of another version may leave them out. Times are epoch ms. */
const Report = z.object({
  sets: z
    .record(
      z.string(),
      z.array(
        z.object({
          uri: z.string(),
          state: z.string(),
          changedAt: z.number(),
          latencyMs: z.number().optional(),
          notBefore: z.number().optional(),
          ...last,
        }),
      ),
    )
    .catch({}),
  trunks: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        registeredUntil: z.number().optional(),
        nextAttempt: z.number().optional(),
        lastCode: z.number().optional(),
        lastReason: z.string().optional(),
        theirRealm: z.string().optional(),
        ourRealm: z.string().optional(),
      }),
    )
    .catch([]),
})

/** What one gateway has said of its destinations and trunks. */
export interface LiveReport extends z.infer<typeof Report> {
  readonly by: { readonly gateway: string; readonly connected: boolean; readonly reportedAt: string }
}

export async function readLiveReports(env: Env): Promise<LiveReport[]> {
  return (await describeGateways(env)).flatMap(liveReport)
}

export function liveReport({ name, sockets, reportedAt, report }: GatewayView): LiveReport[] {
  const read = Report.safeParse(report)
  if (!read.success || reportedAt === undefined) return []
  return [{ ...read.data, by: { gateway: name, connected: sockets > 0, reportedAt: toTime(reportedAt) } }]
}

export function destinationStates(
  reports: readonly LiveReport[],
  set: string,
  uri: string,
): z.infer<typeof DestinationState>[] {
  return reports.flatMap(({ by, sets }) =>
    (sets[set] ?? [])
      .filter((destination) => destination.uri === uri)
      .map(({ uri: _, changedAt, notBefore, ...state }) => ({
        ...by,
        ...state,
        changedAt: toTime(changedAt),
        ...(notBefore === undefined ? {} : { notBefore: toTime(notBefore) }),
      })),
  )
}

export function trunkStates(reports: readonly LiveReport[], name: string): z.infer<typeof TrunkState>[] {
  return reports.flatMap(({ by, trunks }) =>
    trunks
      .filter((trunk) => trunk.name === name)
      .map(({ name: _, registeredUntil, nextAttempt, ...state }) => ({
        ...by,
        ...state,
        ...(registeredUntil === undefined ? {} : { registeredUntil: toTime(registeredUntil) }),
        ...(nextAttempt === undefined ? {} : { nextAttempt: toTime(nextAttempt) }),
      })),
  )
}
