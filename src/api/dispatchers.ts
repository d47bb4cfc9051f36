import { z } from '@hono/zod-openapi'
import {
  ALGORITHMS,
  DEFAULT_FAILOVER,
  DEFAULT_NO_RESPONSE_SECONDS,
  DEFAULT_PROBING,
  type DispatcherSet,
  mayFailOver,
  PROBED_BY,
} from '../dispatcher/configuration'
import { allDocuments } from '../store/documents'
import { dispatcherSets as table, trunks } from '../store/schema'
import { numberFormat } from './dial-rules'
import { documentRoutes } from './document-routes'
import { faults, sipUri, smallName } from './fields'
import { MAX_DESTINATIONS } from './limits'
import { DestinationState, destinationStates, type LiveReport } from './live-states'

/** Without defaults: what a PATCH leaves out stays. */
export const destination = {
  uri: sipUri.openapi({ example: 'sip:gw1.carrier.example:5060' }),
  priority: z.int().min(0).max(1_000).openapi({ description: 'The lowest is tried first.' }),
  weight: z.int().min(1).max(100).openapi({ description: 'Its share of the calls under `weight`.' }),
  enabled: z.boolean().openapi({ description: 'False: DX, no calls and no probes.' }),
  probe: z.boolean().openapi({ description: 'False: AX, always in use and never asked.' }),
  trunk: smallName.openapi({ description: 'The trunk that answers its challenges.' }),
  socket: smallName.openapi({
    description:
      'Name of the listener of the gateways that it knows us by (`LISTEN=...;name=`); default: that of its trunk, or any.',
    example: 'second',
  }),
}

const Destination = z
  .strictObject({
    uri: destination.uri,
    priority: destination.priority.default(0),
    weight: destination.weight.default(1),
    enabled: destination.enabled.default(true),
    probe: destination.probe.default(true),
    trunk: destination.trunk.optional(),
    socket: destination.socket.optional(),
  })
  .openapi('NewDestination')

const Probing = z
  .strictObject({
    intervalSeconds: z.number().min(0.5).max(3_600).default(DEFAULT_PROBING.intervalSeconds),
    timeoutSeconds: z.number().min(0.25).max(30).default(DEFAULT_PROBING.timeoutSeconds),
    failures: z.int().min(1).max(100).default(DEFAULT_PROBING.failures),
    successes: z.int().min(1).max(100).default(DEFAULT_PROBING.successes),
    alive: z
      .array(z.string().regex(/^(?:[1-6]xx|[1-6]\d\d)$/, 'is a class (2xx) or a status (404)'))
      .min(1)
      .default([...DEFAULT_PROBING.alive]),
    from: sipUri.optional(),
  })
  .openapi('Probing')

const status = z.int().refine(mayFailOver, 'is 4xx or 5xx, and not 404, 480, 486 or 487: the callee has answered')

const SetInput = z
  .strictObject({
    algorithm: z.enum(ALGORITHMS).default('priority'),
    destinations: z
      .array(Destination)
      .max(MAX_DESTINATIONS)
      .refine((list) => new Set(list.map((d) => d.uri)).size === list.length, 'names a URI twice'),
    probing: Probing.prefault({}),
    probedBy: z.enum(PROBED_BY).default('each').openapi({
      description: '`each`: every gateway asks for itself. `one`: one of those that are connected asks for all.',
    }),
    failover: z.array(status).default([...DEFAULT_FAILOVER]),
    noResponseSeconds: z.number().min(0.5).max(32).default(DEFAULT_NO_RESPONSE_SECONDS),
    numbers: numberFormat.optional(),
  })
  .refine(({ algorithm, probedBy }) => algorithm !== 'latency' || probedBy === 'each', {
    path: ['probedBy'],
    message: 'must be `each` for `latency`: how far a destination is differs by gateway',
  })
  .openapi('NewDispatcherSet')

const DestinationView = z
  .object({
    ...destination,
    trunk: destination.trunk.optional(),
    socket: destination.socket.optional(),
    states: z
      .array(DestinationState)
      .optional()
      .openapi({ description: 'Of each gateway that has reported; not in the answer to a change.' }),
  })
  .openapi('Destination')

export const DispatcherSetView = z
  .object({ name: z.string(), ...SetInput.shape, destinations: z.array(DestinationView), problems: faults })
  .openapi('DispatcherSet')

export const dispatchers = documentRoutes({
  table,
  path: '/dispatchers',
  noun: 'dispatcher set',
  tag: 'Carriers',
  key: smallName,
  input: SetInput,
  view: DispatcherSetView,
  description:
    'Destinations that do the same. Gateways probe them with OPTIONS and keep the states of those that did not change.',
  store: (name, input) => ({ name, ...(input as z.infer<typeof SetInput>) }) as DispatcherSet,
  forGateways: true,
  live: true,
  faults: async (db) => {
    const names = new Set((await allDocuments(db, trunks)).map(({ name }) => name))
    return ({ destinations }) => {
      const missing = new Set(
        destinations.flatMap(({ trunk }) => (trunk === undefined || names.has(trunk) ? [] : [trunk])),
      )
      return [...missing].map((trunk) => `There is no trunk "${trunk}".`)
    }
  },
  show: showSet,
})

export function showSet(set: DispatcherSet, reports?: readonly LiveReport[]): z.infer<typeof DispatcherSetView> {
  const destinations = set.destinations.map((one) => ({
    ...one,
    ...(reports && { states: destinationStates(reports, set.name, one.uri) }),
  }))
  return { ...set, destinations } as z.infer<typeof DispatcherSetView>
}
