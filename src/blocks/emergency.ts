import { DEFAULT_FAILOVER } from '../dispatcher/configuration'
import { EMERGENCY_NUMBER } from '../dispatcher/emergency-numbers'
import type { Block, Context, Party, RelayTimes, ResultRoute } from '../routing'
import { unescapeUri } from '../sip/message/uri'
import type { TargetSet } from '../sip/proxy/target'
import { originate, type Whom } from '../sip/uac/originate'

export interface EmergencyOptions<State = never> {
  /** As they are dialled, without separators: `['000', '112']`. */
  readonly numbers: readonly string[]
  /**
   * Where the call goes: `user@domain` whose phones ring, or a function that says, for instance
   * `(c, number) => c.carriers('emergency', number)`.
   */
  readonly route: string | ((c: Context<State>, number: string) => TargetSet | Promise<TargetSet>)
  /** Who is told, on all devices, and by whom. */
  readonly notify?: { readonly to: Whom; readonly from: Whom; readonly onResult?: ResultRoute<State> }
  /** Whether a number in To counts too. Default: only the Request-URI says whom a call is for. */
  readonly matchTo?: boolean
  /** How long the targets ring, and what happens when they fail. */
  readonly options?: RelayTimes<State>
}

/**
 * Without settings, those of the domain that is called (`emergency` in `/v1/domains`), as the default script has it; a carrier's calls are left
 * alone then. Calls to emergency numbers go where `route` says, before do-not-disturb, forwarding and limits of any kind: put it ahead
 * of them. Blanks, dots, dashes and parentheses in the dialled number, escapes and everything after a `;` are ignored. Who is
 * to be told gets a MESSAGE, once for each call (Call-ID), with `Subject: Emergency Alert` and
 * `Emergency call from <user> on IP <address> to <number> (Emergency Number)`; what becomes of it changes nothing for the
 * call. Placed before `digestAuth` it lets anybody call, which some countries ask for. Throws at once for wrong options.
 *
 * @example
 * sip.invite(emergency({ numbers: ['000', '112'], route: 'guard@example.com', notify: { to: 'desk@example.com', from: 'alarm@example.com' } }))
 */
export function emergency<State = never>(settings?: EmergencyOptions<State>): Block<State> {
  if (settings) check(settings)
  return async function emergency(c) {
    if (c.method !== 'INVITE' || c.inDialog) return
    const wanted: Wanted<State> | undefined = settings ?? (await ofDomain(c))
    if (!wanted) return
    const { numbers, route, matchTo = false, options = {}, outsidePrefix = '' } = wanted
    const called = [c.callee, ...(matchTo ? [c.to] : [])].map(dialledBy)
    const dialled = called.flatMap((number) => [number, ...behind(outsidePrefix, number)])
    const number = dialled.find((d) => numbers.includes(d))
    if (number === undefined) return
    c.log('emergency', { number, from: c.from?.aor, source: c.source.address })
    c.services.alert({
      kind: 'emergency-call',
      ...(c.callee ? { domain: c.callee.domain } : {}),
      ...(c.from ? { aor: c.from.aor } : {}),
      detail: inWords(c, number),
    })
    notify(c, number, wanted)
    // Whoever calls: these numbers and no others lead to carriers without a proof.
    c.isOpen = false
    const targets = typeof route === 'string' ? await phonesOf(c, route) : await route(c, number)
    return c.relay(targets, options)
  }
}

/** With what is dialled for an outside line: nobody thinks of it in an emergency, or everybody does. */
type Wanted<State> = EmergencyOptions<State> & { readonly outsidePrefix?: string | undefined }

function behind(prefix: string, dialled: string): string[] {
  return prefix !== '' && dialled.startsWith(prefix) ? [dialled.slice(prefix.length)] : []
}

async function ofDomain<State>(c: Context<State>): Promise<Wanted<State> | undefined> {
  const { callee, carrier } = c
  if (carrier || !callee || !EMERGENCY_NUMBER.test(dialledBy(callee))) return undefined
  const domain = await c.services.domain(callee.domain)
  if (!domain?.emergency) return undefined
  const { numbers, route, notify } = domain.emergency
  return {
    numbers,
    route: route.includes('@') ? route : (c, number) => c.carriers(route, number),
    ...(notify === undefined ? {} : { notify: { to: notify, from: `emergency@${domain.name}` } }),
    options: { failover: DEFAULT_FAILOVER },
    outsidePrefix: domain.dialRules?.outsidePrefix,
  }
}

function notify<State>(c: Context<State>, number: string, { notify }: EmergencyOptions<State>): void {
  if (!notify) return
  const { to, from, onResult } = notify
  c.send({
    ...alert({ to, from }, inWords(c, number)),
    once: `emergency ${c.headers.get('Call-ID')}`,
    ...(onResult ? { onResult } : {}),
  })
}

function inWords<State>(c: Context<State>, number: string): string {
  const from = `${c.from?.user ?? 'unknown'} on IP ${c.source.address || 'unknown'}`
  return `Emergency call from ${from} to ${number} (Emergency Number)`
}

function alert(parties: { readonly to: Whom; readonly from: Whom }, body: string) {
  const headers = [
    ['Subject', 'Emergency Alert'],
    ['Content-Type', 'text/plain'],
  ] as const
  return { method: 'MESSAGE', ...parties, headers, body }
}

async function phonesOf<State>(c: Context<State>, aor: string): Promise<TargetSet> {
  const found = await c.services.lookup(aor, { subscriber: false })
  return found.type === 'found' ? [found.targets] : []
}

function dialledBy(party: Party | undefined): string {
  return (unescapeUri(party?.user ?? '').split(';')[0] ?? '').replace(/[\s().-]/g, '')
}

/** A mistake must be seen when the script is loaded, and not in the first emergency. */
function check<State>({ numbers, route, notify }: EmergencyOptions<State>): void {
  const wrong = numbers.find((n) => !EMERGENCY_NUMBER.test(n))
  if (wrong !== undefined) throw new Error(`not an emergency number: ${JSON.stringify(wrong)}`)
  if (numbers.length === 0) throw new Error('emergency() needs numbers')
  if (typeof route === 'string' && !/^[^@\s]+@[^@\s]+$/.test(route))
    throw new Error(`not an address-of-record: ${JSON.stringify(route)}`)
  if (notify) originate(alert(notify, ''), { callId: 'check', fromTag: 'check' })
}
