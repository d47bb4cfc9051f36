import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { fromLines } from '../sip/trace/entry'
import { ladderText } from '../sip/trace/ladder'
import { pcapOf } from '../sip/trace/pcap'
import { CALLS_KEPT_DAYS, domainsOf } from '../store/kept-calls'
import { refuseOtherDomain } from './access'
import { CallDetails, CallView, callDetails, callId, callView, result } from './call-view'
import { encodeCursor, pageOf, pageQuery } from './cursor'
import { aorText, domainName, time } from './fields'
import { askGateways } from './gateway-answers'
import { callKeyOf, listCalls, mediaOf, readCall, recordOf } from './kept-calls'
import { DEFAULT_CALLS_PAGE, MAX_CALLS_PAGE } from './limits'
import { Problem, problems } from './problem'
import { type Bound, createRouter } from './router'

const json = <T extends z.ZodType>(schema: T) => ({ 'application/json': { schema } })
const common = { tags: ['Calls'] }
const params = z.object({ id: callId })
const moment = time.transform((text) => Date.parse(text))

const list = createRoute({
  ...common,
  method: 'get',
  path: '/calls',
  summary: 'List calls, the newest first',
  description:
    `Calls of the last ${CALLS_KEPT_DAYS} days and today, from their answer or their failure on. A caller who has not proved who ` +
    'he is and whom the script refuses leaves nothing here. `CALLS_KEPT` in wrangler.toml says what is kept at all.',
  request: {
    query: pageQuery(2).extend({
      limit: z.coerce.number().int().min(1).max(MAX_CALLS_PAGE).default(DEFAULT_CALLS_PAGE),
      aor: aorText.optional().openapi({ description: 'Only calls of this address: caller, callee or dialled.' }),
      domain: domainName.optional().openapi({ description: 'Only calls of this domain.' }),
      callId: z.string().max(256).optional().openapi({ description: 'Only calls with this Call-ID.' }),
      state: z.enum(['running', 'ended']).optional(),
      result: result.optional(),
      from: moment.optional().openapi({ type: 'string', description: 'Only calls that began then or later.' }),
      until: moment.optional().openapi({ type: 'string', description: 'Only calls that began before.' }),
    }),
  },
  responses: { 200: { description: 'A page of calls.', content: json(pageOf(CallView)) }, ...problems(400, 401, 503) },
})

const read = createRoute({
  ...common,
  method: 'get',
  path: '/calls/{id}',
  summary: 'Read a call and its ladder',
  description: 'With `Accept: text/plain` the ladder for a terminal. A [link](#tag/calls) opens it without a token.',
  request: { params },
  responses: {
    200: {
      description: 'The call.',
      content: { ...json(CallDetails), 'text/plain': { schema: z.string() } },
    },
    ...problems(400, 401, 404, 503),
  },
})

const capture = createRoute({
  ...common,
  method: 'get',
  path: '/calls/{id}/pcap',
  summary: 'A call as a capture file',
  description:
    'For Wireshark (Telephony, VoIP Calls, Flow Sequence) and sngrep. Each message is a UDP datagram between made-up addresses: 192.0.2.1 is this ' +
    'exchange, .2 the caller, .10 and up the phones and carriers that were tried.',
  request: { params },
  responses: {
    200: {
      description: 'A pcap file.',
      content: { 'application/vnd.tcpdump.pcap': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problems(400, 401, 404, 503),
  },
})

export const calls = createRouter()
  .openapi(list, async (c) => {
    const { limit, cursor, aor, domain, callId, state, result, from, until } = c.req.valid('query')
    if (domain !== undefined) refuseOtherDomain(c, domain, 'domain')
    const { domains } = c.get('access')
    const [setupAt, name] = cursor ?? []
    const query = {
      limit: limit + 1,
      ...(setupAt === undefined || name === undefined ? {} : { before: { setupAtMs: Number(setupAt), name } }),
      ...(callId === undefined ? {} : { callId }),
      ...(state === undefined ? {} : { isOver: state === 'ended' }),
      ...(result === undefined ? {} : { result }),
      ...(from === undefined ? {} : { fromMs: from }),
      ...(until === undefined ? {} : { untilMs: until }),
      concerns: [aor, domain].filter((concern) => concern !== undefined),
      ...(domains === undefined ? {} : { anyOf: domains }),
    }
    const found = await listCalls(c.env, query, Date.now())
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    const next = last ? { nextCursor: encodeCursor([String(last.setupAtMs), last.name]) } : {}
    return c.json({ items: page.map((call) => callView(call, recordOf(call))), ...next }, 200)
  })
  .openapi(read, async (c) => {
    const { call, record, entries } = await wholeCall(c, c.req.valid('param').id)
    const wantsText = /^text\/plain\b/i.test(c.req.header('Accept') ?? '')
    return wantsText
      ? c.text(ladderText(entries, record.caller ?? record.from), 200)
      : c.json(callDetails(call, record, entries, mediaOf(call)), 200)
  })
  .openapi(capture, async (c) => {
    const { id } = c.req.valid('param')
    const { entries } = await wholeCall(c, id)
    return c.body(new Uint8Array(pcapOf(entries)), 200, {
      'Content-Type': 'application/vnd.tcpdump.pcap',
      'Content-Disposition': `attachment; filename="${id}.pcap"`,
    })
  })

type CallContext = Pick<Context<Bound>, 'env' | 'get'>

/** The call with what gateways have said of it beyond the Worker. */
async function wholeCall(c: CallContext, id: string) {
  const { call, record, entries } = await existingCall(c, id)
  const { answers } = await askGateways(c.env, { about: 'call', callId: record.callId })
  const beyond = answers.flatMap(({ answer }) => ToldEntries.parse(answer))
  return { call, record, entries: [...entries, ...beyond].sort((a, b) => a.at - b.at) }
}

/** As a gateway tells them; one of another version may say something else. */
const ToldEntries = z
  .array(
    z.object({ at: z.number(), peer: z.string(), gateway: z.string(), way: z.enum(['in', 'out']), text: z.string() }),
  )
  .catch([])

/** The call, or the 404, also where it is of no domain that the token reaches. */
export async function existingCall(c: CallContext, id: string) {
  const key = callKeyOf(id)
  const call = key && (await readCall(c.env, key))
  const { domains } = c.get('access')
  const isInReach = call && (domains === undefined || domainsOf(recordOf(call)).some((each) => domains.includes(each)))
  if (!isInReach) throw new Problem(404, `There is no call ${id}, or it is older than ${CALLS_KEPT_DAYS} days.`)
  return { call, record: recordOf(call), entries: fromLines(call.lines) }
}
