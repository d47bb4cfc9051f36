import { z } from '@hono/zod-openapi'
import type { CarrierRoute } from '../dispatcher/carrier-routes'
import { allDocuments } from '../store/documents'
import { dispatcherSets, carrierRoutes as table } from '../store/schema'
import { documentRoutes } from './document-routes'
import { faults, smallName } from './fields'

const sets = z
  .array(
    z.strictObject({
      set: smallName.openapi({ description: 'Name of a dispatcher set.' }),
      cost: z.number().min(0).default(0).openapi({
        description:
          'Of a minute, in any unit; the cheapest is tried first, and `spendPerDay` of call limits counts it.',
      }),
    }),
  )
  .min(1)
  .max(16)

const Input = z.strictObject({ sets }).openapi('NewCarrierRoute')
const View = z.object({ prefix: z.string(), sets, problems: faults }).openapi('CarrierRoute')

export const carrierRoutes = documentRoutes({
  table,
  path: '/carrier-routes',
  noun: 'carrier route',
  tag: 'Carriers',
  key: z
    .string()
    .regex(/^(?:default|[1-9]\d{0,14})$/, 'digits of an E.164 number without its plus, or "default"')
    .openapi({ example: '61' }),
  input: Input,
  view: View,
  description:
    'Calls to numbers with this prefix go to these dispatcher sets. The longest prefix counts; `default` has none.',
  store: (key, input): CarrierRoute => ({ prefix: key === 'default' ? '' : key, ...(input as z.infer<typeof Input>) }),
  faults: async (db) => {
    const names = new Set((await allDocuments(db, dispatcherSets)).map(({ name }) => name))
    return ({ sets }) =>
      sets.filter(({ set }) => !names.has(set)).map(({ set }) => `There is no dispatcher set "${set}".`)
  },
  show: (route) => ({ prefix: route.prefix === '' ? 'default' : route.prefix, sets: [...route.sets] }),
})
