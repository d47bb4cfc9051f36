import { createRoute, z } from '@hono/zod-openapi'
import { trunks as table } from '../store/schema'
import type { StoredTrunk } from '../store/stored-trunk'
import { editDocument, withoutNulls } from './document-edit'
import { smallName } from './fields'
import { gatewaysChanged } from './gateway-directory'
import { problems } from './problem'
import { createRouter } from './router'
import { secretOf } from './trunk-secret'
import { showTrunk, TrunkView, trunkFields, trunkSecret } from './trunks'

const Changes = z
  .strictObject({
    ...z.object(trunkFields).partial().shape,
    ...trunkSecret,
    authUsername: trunkFields.authUsername.nullable(),
    realm: trunkFields.realm.nullable(),
    authProxy: trunkFields.authProxy.nullable(),
    domain: trunkFields.domain.nullable(),
    subscriber: trunkFields.subscriber.nullable(),
    socket: trunkFields.socket.nullable(),
  })
  .openapi('TrunkChanges', { description: 'What is not named stays; null takes a field away.' })

const change = createRoute({
  tags: ['Carriers'],
  method: 'patch',
  path: '/trunks/{key}',
  summary: 'Change a trunk',
  description:
    '`{"register": false}` unregisters it. Any change, `{}` too, encrypts the secret again with the first key of SECRETS_KEY.',
  request: {
    params: z.object({ key: smallName.openapi({ param: { name: 'key', in: 'path' } }) }),
    body: { content: { 'application/json': { schema: Changes } }, required: true },
  },
  responses: {
    200: { description: 'The trunk as it is now.', content: { 'application/json': { schema: TrunkView } } },
    ...problems(400, 401, 404, 413, 415, 503),
  },
})

export const trunkChanges = createRouter().openapi(change, async (c) => {
  const { key } = c.req.valid('param')
  const { password, ha1, ...changes } = c.req.valid('json')
  const trunk = await editDocument(c.env, { table, noun: 'trunk', key }, async (known) => {
    const secret = await secretOf({ password, ha1 }, known.secret, key, c.env)
    return withoutNulls({ ...known, ...changes, secret }) as unknown as StoredTrunk
  })
  await gatewaysChanged(c.env)
  return c.json(showTrunk(trunk), 200)
})
