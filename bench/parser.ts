/** `npm run bench:parser`: our parser beside those of npm, in one process, taking turns. */
import { createRequire } from 'node:module'
// @ts-expect-error JsSIP declares no types for its parser
import jssip from 'jssip/lib/Parser'
import { LoggerFactory } from 'sip.js/lib/core/log/logger-factory'
import { Parser as SipJsParser } from 'sip.js/lib/core/messages/parser'
import { prependHeader } from '../src/sip/message/edit'
import { header } from '../src/sip/message/headers'
import { parse } from '../src/sip/message/parse'
import { serialize } from '../src/sip/message/serialize'
import { answer, inDialog, invite, register } from './load/messages'
import { numbers, readOptions, writeJson } from './support/options'
import { median, show } from './support/statistics'
import { printTable } from './support/table'

type Work = (text: string) => unknown
type Task = 'parse' | 'parse, read' | 'parse, edit, serialise'

interface Peer {
  readonly name: string
  readonly tasks: Readonly<Partial<Record<Task, Work>>>
}

const VIA = 'SIP/2.0/WSS relay.invalid;branch=z9hG4bK0123456789abcdef'
const NEEDED = ['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'max-forwards']

function read(text: string) {
  const result = parse(text)
  if (!result.ok) throw new Error(result.reason)
  return result.message
}

const strowger: Peer = {
  name: 'Strowger',
  tasks: {
    parse: read,
    'parse, read': (text) => {
      const message = read(text)
      return NEEDED.map((key) => header(message, key))
    },
    'parse, edit, serialise': (text) => serialize(prependHeader(read(text), 'Via', VIA)),
  },
}

const SILENT = new LoggerFactory()
SILENT.builtinEnabled = false
const LOGGER = SILENT.getLogger('bench')

/** Both keep the text as it came, so there is nothing that could be edited and written again. */
const clients: readonly Peer[] = [
  { name: 'JsSIP', tasks: same((text) => jssip.parseMessage(text, {})) },
  { name: 'SIP.js', tasks: same((text) => SipJsParser.parseMessage(text, LOGGER)) },
]

function same(work: Work): Peer['tasks'] {
  return { parse: work, 'parse, read': work }
}

/** `from`: a folder in whose node_modules the packages are, when not in ours. */
function packages(from: string): Peer[] {
  const load = createRequire(from ? `${from}/package.json` : import.meta.url)
  const peers: Peer[] = []
  const add = (name: string, make: (module: never) => Peer['tasks']) => {
    try {
      peers.push({ name, tasks: make(load(name) as never) })
    } catch {
      console.log(`\n*** SKIPPED ${name}: not installed (npm install --no-save ${name}, or --from FOLDER) ***`)
    }
  }
  add('sip', (sip: { parse: Work; stringify(message: unknown): string }) => ({
    parse: sip.parse,
    'parse, read': sip.parse,
    'parse, edit, serialise': (text) => {
      const message = sip.parse(text) as { headers: { via: unknown[] } }
      message.headers.via.unshift({
        version: '2.0',
        protocol: 'WSS',
        host: 'relay.invalid',
        params: { branch: 'z9hG4bK0' },
      })
      return sip.stringify(message)
    },
  }))
  add('drachtio-sip', ({ SipMessage }: { SipMessage: new (text: string) => Drachtio }) => ({
    parse: (text) => new SipMessage(text),
    'parse, read': (text) => {
      const message = new SipMessage(text)
      return NEEDED.map((key) => message.get(key))
    },
    'parse, edit, serialise': (text) => {
      const message = new SipMessage(text)
      message.set('Via', VIA)
      return message.toString()
    },
  }))
  return peers
}

interface Drachtio {
  get(name: string): string
  set(name: string, value: string): void
}

/** Different texts in turn, so that nothing profits from having seen the same one before. */
const VARIANTS = 64

function messages(): Record<string, readonly string[]> {
  const own = { user: '1001', domain: 'example.test', host: '8c848d59a6d2.invalid' }
  const callee = { user: '1002', domain: 'example.test', host: '1d2c3b4a5f6e.invalid' }
  const many = (make: (id: string) => string) => Array.from({ length: VARIANTS }, (_, i) => flat(make(`a465f22b${i}`)))
  const dialog = {
    own,
    target: 'sip:1002@1d2c3b4a5f6e.invalid;transport=ws',
    routes: '',
    from: 'From: <sip:1001@example.test>;tag=a',
    to: 'To: <sip:1002@example.test>;tag=b',
  }
  return {
    REGISTER: many((id) => register(own, id, 2)),
    'WebRTC INVITE': many((id) => invite(own, '1002', id)),
    '200 to INVITE': many((id) => answer(callee, invite(own, '1002', id), '200 OK')),
    BYE: many((callId) => inDialog('BYE', { ...dialog, callId })),
  }
}

/** As it comes from a socket: one piece, not a rope. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}

/** Microseconds per message, for about this long. */
function time(work: Work, texts: readonly string[], milliseconds: number): number {
  const started = performance.now()
  let rounds = 0
  let kept = 0
  while (performance.now() - started < milliseconds) {
    for (const text of texts) if (work(text)) kept++
    rounds++
  }
  if (kept !== rounds * texts.length) throw new Error('a message was not parsed')
  return ((performance.now() - started) * 1_000) / kept
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, { rounds: '7', milliseconds: '150', from: '' })
  const [rounds = 7] = numbers(options.rounds)
  const [milliseconds = 150] = numbers(options.milliseconds)
  const peers = [strowger, ...packages(options.from ?? ''), ...clients]
  const results: Record<string, Record<string, Record<string, number>>> = {}
  for (const [kind, texts] of Object.entries(messages())) {
    for (const task of ['parse', 'parse, read', 'parse, edit, serialise'] as const) {
      const able = peers.filter((peer) => peer.tasks[task])
      const samples = new Map(able.map((peer) => [peer.name, [] as number[]]))
      for (const peer of able) time(peer.tasks[task] as Work, texts, milliseconds)
      for (let round = 0; round < rounds; round++)
        for (const peer of able) samples.get(peer.name)?.push(time(peer.tasks[task] as Work, texts, milliseconds))
      const medians = Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]))
      const ours = medians.Strowger ?? Number.NaN
      const title = `${kind} (${texts[0]?.length} characters): ${task}`
      printTable(
        title,
        ['parser', 'us', 'of ours'],
        Object.entries(medians).map(([name, us]) => [name, show(us), show(us / ours)]),
      )
      results[kind] = { ...results[kind], [task]: medians }
    }
  }
  writeJson(options.json, { options, microseconds: results })
}
