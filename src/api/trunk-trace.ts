import { createRoute, z } from '@hono/zod-openapi'
import { openDatabase } from '../store/database'
import { findDocument } from '../store/documents'
import { trunks as table } from '../store/schema'
import { absentDocument } from './document-edit'
import { smallName, time, toTime } from './fields'
import { askGateways, silent } from './gateway-answers'
import { problems } from './problem'
import { createRouter } from './router'

const step = {
  kind: z.enum(['sent', 'received', 'failed', 'state']),
  peer: z.string().optional().openapi({ example: 'UDP:192.0.2.1:5060' }),
  text: z.string().openapi({ description: 'The message without its digests, or what became of the registration.' }),
}
/** As a gateway tells it; times are epoch ms. One of another version may say something else. */
const Told = z.array(z.object({ ...step, at: z.number() })).catch([])

const Trace = z
  .object({
    items: z.array(z.object({ gateway: smallName, steps: z.array(z.object({ at: time, ...step })) })),
    silent,
  })
  .openapi('TrunkTrace')

const read = createRoute({
  tags: ['Carriers'],
  method: 'get',
  path: '/trunks/{key}/trace',
  summary: 'What was said between a trunk and its registrar',
  description:
    'The last sixteen steps of each gateway that is connected: REGISTERs and their answers, without the digests, and what became of the ' +
    'registration. With `Accept: text/plain` as a ladder for people. A gateway remembers them until it is restarted.',
  request: { params: z.object({ key: smallName.openapi({ param: { name: 'key', in: 'path' } }) }) },
  responses: {
    200: {
      description: 'The steps, the oldest first.',
      content: { 'application/json': { schema: Trace }, 'text/plain': { schema: z.string() } },
    },
    ...problems(401, 404, 503),
  },
})

export const trunkTrace = createRouter().openapi(read, async (c) => {
  const { key } = c.req.valid('param')
  if (!(await findDocument(openDatabase(c.env.DB), table, key))) throw absentDocument('trunk', key)
  const { answers, silent } = await askGateways(c.env, { about: 'trunk-trace', trunk: key })
  const items = answers.map(({ gateway, answer }) => ({
    gateway,
    steps: Told.parse(answer).map(({ at, ...rest }) => ({ at: toTime(at), ...rest })),
  }))
  const wantsText = /^text\/plain\b/i.test(c.req.header('Accept') ?? '')
  return wantsText ? c.text(items.map(ladder).join('\n'), 200) : c.json({ items, silent }, 200)
})

type Item = z.infer<typeof Trace>['items'][number]

/** What tells one REGISTER and its answer from the next. */
const TELLING =
  /^(?:CSeq|Contact|Expires|Min-Expires|Retry-After|(?:WWW|Proxy)-Authenticate|(?:Proxy-)?Authorization|Via)\s*:/i

function ladder({ gateway, steps }: Item): string {
  const lines = steps.flatMap(({ at, kind, peer, text }) => {
    const [first = '', ...others] = text.split(/\r?\n/)
    const arrow = kind === 'sent' ? `--> ${peer}  ` : kind === 'received' ? `<-- ${peer}  ` : '*** '
    return [`${at}  ${arrow}${first}`, ...others.filter((line) => TELLING.test(line)).map((line) => `      ${line}`)]
  })
  return [`gateway ${gateway}`, ...lines, ''].join('\n')
}
