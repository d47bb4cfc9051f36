import { createRoute, z } from '@hono/zod-openapi'
import type { Destination } from '../dispatcher/configuration'
import { dispatcherSets as table } from '../store/schema'
import { DispatcherSetView, destination, showSet } from './dispatchers'
import { editDocument, withoutNulls } from './document-edit'
import { smallName } from './fields'
import { gatewaysChanged } from './gateway-directory'
import { Problem, problems } from './problem'
import { createRouter } from './router'

const Change = z
  .strictObject({
    uri: destination.uri.openapi({ description: 'Which one, as it is in the set.' }),
    priority: destination.priority.optional(),
    weight: destination.weight.optional(),
    enabled: destination.enabled.optional(),
    probe: destination.probe.optional(),
    trunk: destination.trunk.nullable().optional().openapi({ description: 'Null: none.' }),
    socket: destination.socket.nullable().optional().openapi({ description: 'Null: that of its trunk, or any.' }),
  })
  .openapi('DestinationChange')

const change = createRoute({
  tags: ['Carriers'],
  method: 'patch',
  path: '/dispatchers/{key}/destinations',
  summary: 'Change one destination of a dispatcher set',
  description:
    'Takes it out of service (`enabled: false`, DX) and back, or stops its probes (`probe: false`, AX). The states of all others stay.',
  request: {
    params: z.object({ key: smallName.openapi({ param: { name: 'key', in: 'path' } }) }),
    body: { content: { 'application/json': { schema: Change } }, required: true },
  },
  responses: {
    200: {
      description: 'The dispatcher set as it is now.',
      content: { 'application/json': { schema: DispatcherSetView } },
    },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

/** One destination at a time: `kamcmd dispatcher.set_state`. */
export const dispatcherDestinations = createRouter().openapi(change, async (c) => {
  const { key } = c.req.valid('param')
  const { uri, ...changes } = c.req.valid('json')
  const set = await editDocument(c.env, { table, noun: 'dispatcher set', key }, (known) => {
    if (!known.destinations.some((one) => one.uri === uri))
      throw new Problem(404, `Dispatcher set ${key} has no destination ${uri}.`, { field: 'uri' })
    const destinations = known.destinations.map((one) => (one.uri === uri ? changed(one, changes) : one))
    return { ...known, destinations }
  })
  await gatewaysChanged(c.env)
  return c.json(showSet(set), 200)
})

/** What is not named stays; null takes a field away. */
function changed(known: Destination, changes: Omit<z.infer<typeof Change>, 'uri'>): Destination {
  return withoutNulls({ ...known, ...changes }) as unknown as Destination
}
