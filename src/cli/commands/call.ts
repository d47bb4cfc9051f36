import { duration, oneOf, wholeNumber } from '../arguments'
import { command, type OptionsOf } from '../command'
import { Failure, UsageError } from '../failure'
import { answerOf, bytesOf, type Client, inPath } from '../session'
import { fields, printable, table, when } from '../table'

type CallItem = Awaited<ReturnType<typeof readPage>>['items'][number]

const RESULTS = ['answered', 'cancelled', 'refused', 'unanswered', 'expired'] as const
/** The most that the API gives at once. */
const PAGE = 100
const DEFAULT_LIMIT = '50'

const FILTERS = {
  aor: { type: 'string', value: 'AOR', summary: 'only calls of this address: caller, callee or dialled' },
  domain: { type: 'string', value: 'NAME', summary: 'only calls of this domain' },
  'call-id': { type: 'string', value: 'CALL-ID', summary: 'only calls with this Call-ID' },
  state: { type: 'string', value: 'running|ended', summary: 'only calls that go on, or that are over' },
  result: { type: 'string', value: 'RESULT', summary: `${RESULTS.join(', ')}` },
  since: {
    type: 'string',
    value: 'TIME',
    summary: 'only calls that began then or later: 2h, 3d, or a time of RFC 3339',
  },
  until: { type: 'string', value: 'TIME', summary: 'only calls that began before' },
} as const

export const CALL = [
  command({
    words: 'call list',
    options: {
      ...FILTERS,
      limit: { type: 'string', value: 'NUMBER', summary: `how many at most; default: ${DEFAULT_LIMIT}` },
    },
    summary: 'List calls of the last week, the newest first',
    rest: ['GET /v1/calls'],
    details: 'A call is here from its answer or its failure on.',
    examples: ['call list --aor alice@example.com --since 2h', 'call list --state running'],
    run: async ({ session, options, io }) => {
      const limit = wholeNumber('limit', options.limit ?? DEFAULT_LIMIT)
      const data = await newest(session.api(), filters(options), limit)
      const text = table(
        data,
        [
          { title: 'BEGAN', of: ({ setupAt }) => when(setupAt) },
          { title: 'FROM', of: ({ from, caller }) => caller ?? from, shrinks: true },
          { title: 'TO', of: ({ to, callee }) => callee ?? to, shrinks: true },
          { title: 'RESULT', of: resultOf },
          { title: 'LASTED', of: ({ durationMs }) => lasted(durationMs), right: true },
          { title: 'ID', of: ({ id }) => id },
        ],
        { width: io.columns, none: 'No calls.' },
      )
      const more = data.length === limit ? `\nThe newest ${limit}: there may be more (--limit).` : ''
      return { data, text: text + more }
    },
  }),
  command({
    words: 'call show',
    args: ['ID'],
    summary: 'Show a call with all its messages, as a ladder',
    rest: ['GET /v1/calls/{id}'],
    details: 'ID of `call list`, or a Call-ID. With --json each message whole.',
    examples: ['call show mx0wzmdo-4c00de73368e91a8'],
    run: async ({ session, args, json }) => {
      const api = session.api()
      const param = { id: inPath(await idOf(api, args.ID)) }
      const call = api.calls[':id']
      const data = await answerOf(call.$get({ param }))
      if (typeof data === 'string') throw new Failure('The call came as text.')
      if (json) return { data, text: '' }
      const ladder = String(await answerOf(call.$get({ param }, { headers: { Accept: 'text/plain' } })))
      const lines = ladder.trimEnd().split('\n').map(printable)
      const findings = data.findings.map(({ text }) => ['Remarkable', text] as const)
      return { data, text: [fields([...facts(data), ...findings]), '', ...lines].join('\n') }
    },
  }),
  command({
    words: 'call pcap',
    args: ['ID', 'FILE?'],
    summary: 'Save a call as a capture file for Wireshark and sngrep',
    rest: ['GET /v1/calls/{id}/pcap'],
    details: 'FILE: default ID.pcap here; "-": the output.',
    examples: ['call pcap mx0wzmdo-4c00de73368e91a8', 'call pcap mx0wzmdo-4c00de73368e91a8 /tmp/call.pcap'],
    run: async ({ session, args, io }) => {
      const api = session.api()
      const id = await idOf(api, args.ID)
      const bytes = await bytesOf(api.calls[':id'].pcap.$get({ param: { id: inPath(id) } }))
      const file = args.FILE ?? `${id}.pcap`
      await io.save(file, bytes)
      return { data: { file, bytes: bytes.length }, text: file === '-' ? '' : `${bytes.length} bytes in ${file}.` }
    },
  }),
  command({
    words: 'call link',
    args: ['ID'],
    options: { hours: { type: 'string', value: 'NUMBER', summary: 'how long it is good for; default: 24' } },
    summary: 'Make a link to the ladder of a call for somebody without a token',
    rest: ['POST /v1/calls/{id}/link'],
    examples: ['call link mx0wzmdo-4c00de73368e91a8 --hours 48'],
    run: async ({ session, args, options: { hours } }) => {
      const api = session.api()
      const json = hours === undefined ? {} : { hours: wholeNumber('hours', hours) }
      const data = await answerOf(
        api.calls[':id'].link.$post({ param: { id: inPath(await idOf(api, args.ID)) }, json }),
      )
      return { data, text: `${data.url}\nGood until ${when(data.expiresAt)}; it can't be taken back.` }
    },
  }),
]

type Filters = ReturnType<typeof filters>

function filters(options: OptionsOf<typeof FILTERS>) {
  const { aor, domain, 'call-id': callId, state, result, since, until } = options
  return {
    ...(aor === undefined ? {} : { aor }),
    ...(domain === undefined ? {} : { domain }),
    ...(callId === undefined ? {} : { callId }),
    ...(state === undefined ? {} : { state: oneOf('state', state, ['running', 'ended']) }),
    ...(result === undefined ? {} : { result: oneOf('result', result, RESULTS) }),
    ...(since === undefined ? {} : { from: momentOf('since', since) }),
    ...(until === undefined ? {} : { until: momentOf('until', until) }),
  }
}

/** A time, or how long ago. */
function momentOf(name: string, text: string): string {
  if (/^\d{4}-/.test(text)) {
    if (Number.isNaN(Date.parse(text))) throw new UsageError(`--${name} ${text}: not a time like 2026-11-28T21:00:00Z.`)
    return new Date(text).toISOString()
  }
  return new Date(Date.now() - duration(name, text)).toISOString()
}

function readPage(api: Client, query: Filters & { limit: string; cursor?: string }) {
  return answerOf(api.calls.$get({ query }))
}

async function newest(api: Client, wanted: Filters, limit: number): Promise<CallItem[]> {
  const items: CallItem[] = []
  for (let cursor: string | undefined; items.length < limit; ) {
    const size = String(Math.min(PAGE, limit - items.length))
    const page = await readPage(api, { ...wanted, limit: size, ...(cursor === undefined ? {} : { cursor }) })
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  return items
}

/** An id as it is; of a Call-ID the newest call that has it. */
async function idOf(api: Client, text: string): Promise<string> {
  if (/^[0-9a-z]{6,9}-[0-9a-f]{16}$/.test(text)) return text
  const [call] = (await readPage(api, { callId: text, limit: '1' })).items
  if (!call) throw new Failure(`There is no call with the Call-ID ${text}.`)
  return call.id
}

function resultOf({ result, status, state }: CallItem): string {
  if (result === undefined) return state === 'answered' ? 'going on' : state
  return result === 'answered' || status === undefined ? result : `${result} ${status}`
}

function lasted(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined
  const seconds = Math.round(ms / 1_000)
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

function facts(call: CallItem) {
  const { carrier, endedBy } = call
  return [
    ['Call', call.id],
    ['Call-ID', call.callId],
    ['From', call.from],
    ['To', call.to],
    ['Caller proved', call.caller],
    ['Answered by', call.callee],
    ['Carrier', carrier && `${carrier.uri} (set ${carrier.set}${carrier.trunk ? `, trunk ${carrier.trunk}` : ''})`],
    ['Began', when(call.setupAt)],
    ['Rang', when(call.ringingAt)],
    ['Answered', when(call.answeredAt)],
    ['Ended', call.endedAt && `${when(call.endedAt)}${endedBy ? ` by the ${endedBy}` : ''}`],
    ['Lasted', lasted(call.durationMs)],
    ['Result', resultOf(call)],
  ] as const
}
