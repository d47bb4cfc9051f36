import { duration } from '../arguments'
import { type Answer, type Call, command, type OptionsOf } from '../command'
import { Failure, UsageError } from '../failure'
import { SipFailure } from '../phone/line'
import { type Scene, testAnswer, testCall, testOptions, testPair, testRegister } from '../phone/scenarios'
import { type Step, Steps } from '../phone/steps'
import type { Account } from '../phone/user-agent'
import { printable } from '../table'

/** Nagios knows 1 as a warning: what a canary finds is critical. */
const NAGIOS_CRITICAL = 2

const REPORT = {
  verbose: { type: 'boolean', summary: 'whole messages, without digests' },
  nagios: { type: 'boolean', summary: 'one line and the exit status of a Nagios plugin: 0 OK, 2 CRITICAL' },
} as const

const DOMAIN = {
  type: 'string',
  value: 'NAME',
  summary: 'domain, where USER has none; default: host of the URL',
} as const

const PHONE = {
  user: { type: 'string', value: 'USER', summary: 'alice or alice@example.com (required)' },
  password: { type: 'string', value: 'PASSWORD', summary: 'or STROWGER_TEST_PASSWORD, or asked for' },
  domain: DOMAIN,
} as const

const WAIT = { type: 'string', value: 'TIME', summary: 'how long the call lasts: 2s, 500ms, 1m; default: 2s' } as const

type Any = Call<unknown, OptionsOf<typeof REPORT>>

export const TEST = [
  command({
    words: 'test register',
    options: { ...PHONE, ...REPORT },
    summary: 'Register a phone over WebSocket, and unregister it',
    rest: [],
    details: 'Speaks SIP, not REST: needs no admin token. Fails with the SIP status.',
    examples: ['test register --user alice@example.com --password secret'],
    run: async (call) => {
      const account = await accountOf(call)
      return verdict(call, (scene) => testRegister(scene, account))
    },
  }),
  command({
    words: 'test options',
    options: { domain: DOMAIN, ...REPORT },
    summary: 'Ask the server by SIP whether it is there',
    rest: [],
    examples: ['test options --url https://sip.example.com'],
    run: async (call) => {
      const domain = call.options.domain ?? hostOf(call)
      return verdict(call, (scene) => testOptions(scene, domain))
    },
  }),
  command({
    words: 'test call',
    args: ['NUMBER'],
    options: {
      ...PHONE,
      wait: WAIT,
      ring: { type: 'string', value: 'TIME', summary: 'how long it may ring, then it is cancelled; default: 20s' },
      dtmf: { type: 'string', value: 'KEYS', summary: 'keys that are pressed when it is answered, each as an INFO' },
      ...REPORT,
    },
    summary: 'Call somebody, wait, hang up',
    rest: [],
    details:
      'sipcmd -x "cNUMBER;w2000;h". NUMBER: a user or number of the domain, user@domain, or a SIP URI. No media are sent.\n' +
      'Fails when nobody answers, and when the other side hangs up before the time is over.',
    examples: ['test call 1002 --user 1001@example.com --password secret --wait 2s'],
    run: async (call) => {
      const { wait = '2s', ring = '20s', dtmf = '' } = call.options
      if (!/^[0-9*#A-D]*$/.test(dtmf)) throw new UsageError(`--dtmf ${dtmf}: keys are 0-9, *, # and A-D.`)
      const times = { waitMs: duration('wait', wait), ringMs: duration('ring', ring) }
      const account = await accountOf(call)
      const plan = { ...times, keys: dtmf, uri: uriOf(call.args.NUMBER, account.domain) }
      return verdict(call, (scene) => testCall(scene, account, plan))
    },
  }),
  command({
    words: 'test answer',
    options: {
      ...PHONE,
      for: { type: 'string', value: 'TIME', summary: 'how long it waits for a call; default: 60s' },
      wait: { type: 'string', value: 'TIME', summary: 'when it hangs up, if the caller has not; default: 10s' },
      ...REPORT,
    },
    summary: 'Register a phone, wait for a call and answer it',
    rest: [],
    examples: ['test answer --user 1002@example.com --password secret --for 30s'],
    run: async (call) => {
      const times = {
        forMs: duration('for', call.options.for ?? '60s'),
        waitMs: duration('wait', call.options.wait ?? '10s'),
      }
      const account = await accountOf(call)
      return verdict(call, (scene) => testAnswer(scene, account, times))
    },
  }),
  command({
    words: 'test pair',
    options: {
      a: { type: 'string', value: 'USER:PASSWORD', summary: 'who calls; or STROWGER_TEST_A' },
      b: { type: 'string', value: 'USER:PASSWORD', summary: 'who answers; or STROWGER_TEST_B' },
      domain: DOMAIN,
      wait: { type: 'string', value: 'TIME', summary: 'how long the call lasts; default: 500ms' },
      ...REPORT,
    },
    summary: 'Two phones register; one calls, the other answers, the first hangs up',
    rest: [],
    details:
      'A test of a whole deployment, for cron or Nagios. Give it two subscribers of its own: who answers is the only phone of its address.\n' +
      'Both are unregistered at the end.',
    examples: [
      'test pair --a 1001:secret --b 1002:secret --domain example.com',
      'test pair --domain example.com --nagios',
    ],
    run: async (call) => {
      const { options, io } = call
      const waitMs = duration('wait', options.wait ?? '500ms')
      const a = pairAccount(call, options.a ?? io.env.STROWGER_TEST_A, '--a')
      const b = pairAccount(call, options.b ?? io.env.STROWGER_TEST_B, '--b')
      return verdict(call, (scene) => testPair(scene, a, b, waitMs))
    },
  }),
]

/** Runs a test and says how it went. */
async function verdict(call: Any, run: (scene: Scene) => Promise<string>): Promise<Answer> {
  const { io, options, session } = call
  const isLive = !call.json && !options.nagios
  const steps = new Steps(isLive ? (line) => io.print(line) : () => {}, options.verbose)
  try {
    const found = await run({ url: session.profile().url, steps })
    return told(options.nagios, { ok: true, found, elapsedMs: steps.elapsedMs(), steps: steps.all })
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof UsageError) throw error
    const status = error instanceof SipFailure ? { sipStatus: error.sipStatus } : {}
    return told(options.nagios, {
      ok: false,
      found: error.message,
      ...status,
      elapsedMs: steps.elapsedMs(),
      steps: steps.all,
    })
  }
}

/** What a test has found, for programs. */
interface Found {
  readonly ok: boolean
  readonly found: string
  /** Absent when it did not fail with an answer of somebody. */
  readonly sipStatus?: number | undefined
  readonly elapsedMs: number
  readonly steps: readonly Step[]
}

function told(isNagios: boolean, data: Found): Answer {
  const { ok, elapsedMs } = data
  const found = printable(data.found.replace(/\.$/, ''))
  if (!isNagios) return { data, text: `${ok ? 'OK' : 'FAILED'}: ${found}.`, failed: !ok }
  const time = (elapsedMs / 1_000).toFixed(3)
  // A bar ends the words of a plugin.
  const text = `STROWGER ${ok ? 'OK' : 'CRITICAL'} - ${found.replaceAll('|', '/')} | time=${time}s`
  return { data, text, failed: !ok, status: NAGIOS_CRITICAL }
}

async function accountOf({ options, io, session }: Call<unknown, OptionsOf<typeof PHONE>>): Promise<Account> {
  if (options.user === undefined) throw new UsageError('--user is missing: alice@example.com')
  const address = splitUser(options.user, options.domain ?? hostOf({ session }))
  const password =
    options.password ?? io.env.STROWGER_TEST_PASSWORD ?? (await io.askSecret(`Password of ${options.user}: `))
  return { ...address, password }
}

function pairAccount(
  call: Call<unknown, OptionsOf<{ domain: typeof DOMAIN }>>,
  text: string | undefined,
  name: string,
): Account {
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 1) throw new UsageError(`${name} is missing, or is not like 1001:secret`)
  return { ...splitUser(text.slice(0, colon), call.options.domain ?? hostOf(call)), password: text.slice(colon + 1) }
}

function splitUser(text: string, domain: string): { readonly username: string; readonly domain: string } {
  const at = text.indexOf('@')
  const username = at < 0 ? text : text.slice(0, at)
  const host = at < 0 ? domain : text.slice(at + 1)
  if (username === '' || host === '' || /[\s<>"]/.test(text + host))
    throw new UsageError(`"${text}" is not like alice@example.com`)
  return { username, domain: host }
}

function hostOf({ session }: Pick<Any, 'session'>): string {
  return new URL(session.profile().url).hostname
}

function uriOf(number: string, domain: string): string {
  if (/[\s<>"]/.test(number)) throw new UsageError(`"${number}" is no number and no address.`)
  if (/^(?:sips?|tel):/i.test(number)) return number
  return number.includes('@') ? `sip:${number}` : `sip:${number}@${domain}`
}
