import { createRoute, z } from '@hono/zod-openapi'
import { smallName, time, toTime } from './fields'
import { askGateways, silent } from './gateway-answers'
import { callAgain } from './object-call'
import { Problem, problems } from './problem'
import { createRouter } from './router'

/** The calls that the API makes to the object that has the list of bans. */
interface Bans {
  all(): Promise<Array<{ readonly key: string; readonly json: string }>>
  remove(key: string): Promise<boolean>
}

const Ban = z
  .object({
    source: z.string().openapi({ description: 'An IP address.', example: '203.0.113.9' }),
    until: time,
    gateway: smallName.optional().openapi({
      description:
        'Which gateway does not read what it sends; absent: `antiFlood()` of the script has banned it everywhere.',
    }),
  })
  .openapi('Ban', { description: 'A source that sent too much.' })

/** As a gateway tells them; one of another version may say something else. */
const ToldBans = z.array(z.object({ source: z.string(), until: z.number() })).catch([])
const Lifted = z.literal(true)

const common = { tags: ['Bans'] }

const list = createRoute({
  ...common,
  method: 'get',
  path: '/bans',
  summary: 'Which sources are banned',
  responses: {
    200: {
      description: 'All bans that hold, at most a hundred of each gateway; none is an empty list.',
      content: { 'application/json': { schema: z.object({ items: z.array(Ban), silent }) } },
    },
    ...problems(401, 503),
  },
})

const lift = createRoute({
  ...common,
  method: 'delete',
  path: '/bans/{source}',
  summary: 'Lift a ban',
  description: 'Of the script and of all gateways. Sockets hear of it within ten seconds, gateways at once.',
  request: { params: z.object({ source: z.string().openapi({ param: { name: 'source', in: 'path' } }) }) },
  responses: { 204: { description: 'Lifted.' }, ...problems(401, 404, 503) },
})

export const bans = createRouter()
  .openapi(list, async (c) => {
    const [found, { answers, silent }] = await Promise.all([
      onList(c.env, (stub) => stub.all()),
      askGateways(c.env, { about: 'bans' }),
    ])
    const ofScript = found.map(({ key, json }) => ({ source: key, until: toTime(Number(json)) }))
    const ofGateways = answers.flatMap(({ gateway, answer }) =>
      ToldBans.parse(answer).map(({ source, until }) => ({ source, until: toTime(until), gateway })),
    )
    return c.json({ items: [...ofScript, ...ofGateways], silent }, 200)
  })
  .openapi(lift, async (c) => {
    const { source } = c.req.valid('param')
    const [removed, { answers, silent }] = await Promise.all([
      onList(c.env, (stub) => stub.remove(source)),
      askGateways(c.env, { about: 'lift-ban', source }),
    ])
    if (silent.length > 0) throw new Problem(503, `No answer of ${silent.join(', ')}: repeat the request.`)
    const isLifted = removed || answers.some(({ answer }) => Lifted.safeParse(answer).success)
    if (!isLifted) throw new Problem(404, `${source} is not banned.`)
    return c.body(null, 204)
  })

function onList<T>(env: Env, call: (stub: Bans) => Promise<T>): Promise<T> {
  return callAgain(
    () => call(env.SHARED.getByName('bans') as unknown as Bans),
    'The object that has the list of bans did not answer: repeat the request.',
  )
}
