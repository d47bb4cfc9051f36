import type { Alert } from '../dispatcher/alert'
import type { CallLimits } from '../dispatcher/call-limits'
import { setsFor } from '../dispatcher/carrier-routes'
import type { EmergencyNumbers } from '../dispatcher/emergency-numbers'
import type { SwitchableBlock } from '../dispatcher/switchable-blocks'
import { type DeploymentSettings, deploymentSettings } from '../platform/deployment'
import { makeRequest } from '../sip/message/make-request'
import type { Request } from '../sip/message/message'
import { reasonPhrase } from '../sip/message/reason-phrase'
import type { CallFeatures } from '../sip/proxy/call-features'
import type { FailureDecision, Json } from '../sip/proxy/response-context'
import type { Target } from '../sip/proxy/target'
import type { Source } from '../sip/transport/source'
import type { LiveGateway } from './carriers'
import { Context } from './context'
import type { Decision } from './decision'
import { FailureContext, type FailureRoute, type ResultRoute } from './later-routes'
import type { CountryCode, DialRules } from './numbers'
import type { Router } from './router'
import { ResultContext, type SendOrder } from './send'
import type { CarrierWay, DomainSettings, Lookup, Peer, Services, Subscribed } from './services'
import type { SharedRows } from './shared'

export { inWords } from './in-words'

/** The world that a script is tried in. All of it is optional. */
export interface Fakes {
  /** Who has proved himself on the socket the request comes from, as `user@domain`; nobody when absent. */
  readonly identity?: string
  /** Domains that are ours. Default: `example.com`. */
  readonly domains?: readonly string[]
  /** Where national numbers are dialled, for all of these domains. */
  readonly country?: CountryCode
  /** How they are dialled there. */
  readonly dialRules?: DialRules
  /** Blocks that all of these domains do without. */
  readonly disabledBlocks?: readonly SwitchableBlock[]
  /** What the deployment is set to: `{ antiFlood, redirections }`. Default: as `wrangler.toml` has it. */
  readonly settings?: Partial<DeploymentSettings>
  /** What every domain has for emergencies. */
  readonly emergency?: EmergencyNumbers
  /** Contacts of the phones that are registered, by address-of-record. */
  readonly bindings?: Readonly<Record<string, readonly string[]>>
  /** What subscribers want done with calls, by address-of-record. */
  readonly features?: Readonly<Record<string, CallFeatures>>
  /** Where the request comes from. Default: a browser at 192.0.2.10. */
  readonly source?: Source
  /** The address group or trunk that the request comes from. Default: a stranger. */
  readonly peer?: Peer
  /** Dispatcher sets by the prefix of numbers, digits without plus. */
  readonly carrierRoutes?: Readonly<Record<string, readonly string[]>>
  /** The source of the request is banned. */
  readonly isFlooding?: boolean
  /** Gets the messages that are kept; none is kept when absent. */
  readonly stored?: Array<{ readonly aor: string; readonly body: string }>
  /** Subscribers without a phone, by address-of-record. */
  readonly subscribers?: readonly string[]
  /** Whom aliases are for, both `user@domain`. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Short codes of the sender. */
  readonly speedDials?: Readonly<Record<string, string>>
  /** Whom the carriers of a set want to see as the caller. */
  readonly callers?: Readonly<Record<string, NonNullable<CarrierWay['caller']>>>
  /** What the sender may do in the telephone network. Default: everything. */
  readonly callLimits?: CallLimits
  /** Names of the gateways to carriers that are connected. Default: `gateway`. */
  readonly gateways?: readonly string[]
  /** What is in the shared store, as JSON values; it stays from one request to the next, and nothing expires. */
  readonly shared?: Map<string, Json>
  /** What the call has kept for the requests inside its dialog (`c.dialog()`). */
  readonly dialog?: Json
  /** Gets the requests that the script sends itself (`c.send`). */
  readonly sent?: SendOrder[]
  /** Whether decisions are logged with their steps (`route.decided`), as LOG_LEVEL=debug does. */
  readonly traces?: boolean
  /** Gets the log lines. */
  readonly log?: Array<{ readonly event: string; readonly [detail: string]: unknown }>
}

/** What a request of a test is made of. */
export interface FakeRequest {
  readonly method?: string
  /** Whom it is for. Default: `sip:bob@example.com`. */
  readonly uri?: string
  /** Default: `sip:alice@example.com`. */
  readonly from?: string
  /** Default: the `uri`. */
  readonly to?: string
  /** Inside a dialog. */
  readonly toTag?: string
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string
}

/**
 * What a script decides about a request: no network, no storage, nobody is called.
 *
 * @example
 * const decision = await decide(sip, { method: 'INVITE', uri: 'sip:bob@example.com' }, { identity: 'alice@example.com' })
 * expect(inWords(decision)).toBe('404 User not Registered')
 */
export async function decide<State>(script: Router<State>, request: FakeRequest, fakes: Fakes = {}): Promise<Decision> {
  const context = new Context<State>({ request: requestOf(request) }, new FakeServices(fakes), 'totag')
  const decision = await script.decide(context)
  fakes.sent?.push(...context.sends)
  return decision
}

/** What a failure route decides about a request whose targets have all failed. */
export function decideFailure<State>(
  script: Router<State>,
  route: FailureRoute<State>,
  failed: FakeRequest & { readonly best: number; readonly state: State },
  fakes: Fakes = {},
): Promise<FailureDecision> {
  const { best, state } = failed
  const facts = {
    request: requestOf(failed),
    state,
    best,
    tried: [{ target: targetOf('sip:tried@example.com'), status: best }],
  }
  return script.decideFailure(route.name, new FailureContext<State>(facts, new FakeServices(fakes)))
}

/** Tells a result route how a request of the script's own has ended: what it does is in the log, the store and its own doing. */
export function tellResult<State>(
  script: Router<State>,
  route: ResultRoute<State>,
  ended: FakeRequest & { readonly status: number; readonly reason?: string; readonly state: State },
  fakes: Fakes = {},
): Promise<void> {
  const { status, reason = reasonPhrase(status), state } = ended
  const facts = { request: requestOf({ method: 'MESSAGE', ...ended }), state, status, reason }
  return script.tellResult(route.name, new ResultContext<State>(facts, new FakeServices(fakes)))
}

/** A target with this Request-URI, as a look-up would give it. */
export function targetOf(uri: string): Target {
  return { uri, flow: 'object.tag', transport: 'WSS', path: [], q: 1 }
}

function requestOf(request: FakeRequest): Request {
  const { method = 'INVITE', uri = 'sip:bob@example.com', from, to, toTag, headers, body } = request
  return makeRequest({
    method,
    uri,
    from: `<${from ?? 'sip:alice@example.com'}>;tag=fromtag`,
    to: `<${to ?? uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    callId: 'call-1',
    cSeq: 1,
    via: 'SIP/2.0/WSS test.invalid;branch=z9hG4bKtest',
    headers: headers ?? [],
    body: body ?? '',
  })
}

/** The shared store in memory; nothing expires. */
export class FakeRows implements SharedRows {
  private readonly values: Map<string, Json>

  constructor(values: Map<string, Json>) {
    this.values = values
  }

  async read(key: string): Promise<string | undefined> {
    return this.values.has(key) ? JSON.stringify(this.values.get(key)) : undefined
  }

  async write(key: string, json: string): Promise<void> {
    this.values.set(key, JSON.parse(json))
  }

  async remove(key: string): Promise<boolean> {
    return this.values.delete(key)
  }

  async add(key: string, by: number): Promise<number | undefined> {
    const before = this.values.get(key) ?? 0
    if (typeof before !== 'number') return undefined
    this.values.set(key, before + by)
    return before + by
  }
}

class FakeServices implements Services {
  readonly nowMs = Date.UTC(2026, 0, 1)
  private readonly fakes: Fakes
  private tokens = 0

  constructor(fakes: Fakes) {
    this.fakes = fakes
  }

  get traces(): boolean {
    return this.fakes.traces ?? false
  }

  get source(): Source {
    return this.fakes.source ?? { transport: 'WSS', address: '192.0.2.10' }
  }

  get settings(): DeploymentSettings {
    return { ...deploymentSettings({}), ...this.fakes.settings }
  }

  async peer(): Promise<Peer | undefined> {
    return this.fakes.peer
  }

  async isFlooding(): Promise<boolean> {
    return this.fakes.isFlooding ?? false
  }

  async storeMessage(aor: string, request: Request): Promise<string | undefined> {
    this.fakes.stored?.push({ aor, body: request.body })
    return this.fakes.stored ? undefined : 'nobody keeps messages here'
  }

  async aliasOf(aor: string): Promise<string | undefined> {
    return this.fakes.aliases?.[aor]
  }

  async firstKnown(aors: readonly string[]): Promise<string | undefined> {
    const { bindings = {}, subscribers = [], aliases = {} } = this.fakes
    return aors.find((aor) => aor in bindings || subscribers.includes(aor) || aor in aliases)
  }

  async speedDial(_aor: string, code: string): Promise<string | undefined> {
    return this.fakes.speedDials?.[code]
  }

  async callLimits(): Promise<CallLimits> {
    return this.fakes.callLimits ?? {}
  }

  async carrierWays(number: string): Promise<readonly CarrierWay[]> {
    const routes = Object.entries(this.fakes.carrierRoutes ?? {}).map(([prefix, sets]) => ({
      prefix,
      sets: sets.map((set, cost) => ({ set, cost })),
    }))
    return setsFor(routes, number).map((way) => ({
      ...way,
      ...(this.fakes.callers?.[way.set] ? { caller: this.fakes.callers[way.set] } : {}),
    }))
  }

  async gateways(): Promise<readonly LiveGateway[]> {
    return (this.fakes.gateways ?? ['gateway']).map((name) => ({ name, flow: `object-${name}.link`, transport: 'WSS' }))
  }

  challenges(settings: DomainSettings): readonly string[] {
    return [`Digest realm="${settings.name}", nonce="nonce", algorithm=MD5, qop="auth"`]
  }

  async domain(name: string): Promise<DomainSettings | undefined> {
    const isOurs = (this.fakes.domains ?? ['example.com']).includes(name)
    if (!isOurs) return undefined
    const { country, dialRules, disabledBlocks = [], emergency } = this.fakes
    return {
      name,
      unregistered: '404',
      algorithms: ['MD5'],
      disabledBlocks,
      ...(country === undefined ? {} : { country }),
      ...(dialRules === undefined ? {} : { dialRules }),
      ...(emergency === undefined ? {} : { emergency }),
    }
  }

  hasIdentity(aor: string): boolean {
    return this.fakes.identity === aor
  }

  async authenticate(): Promise<'rejected'> {
    return 'rejected'
  }

  async lookup(aor: string): Promise<Lookup> {
    const contacts = this.fakes.bindings?.[aor] ?? []
    const features = this.fakes.features?.[aor]
    const wanted = features ? { features } : {}
    if (contacts.length === 0) {
      const subscriber = this.fakes.subscribers?.includes(aor)
      return { type: 'unregistered', ...wanted, ...(subscriber === undefined ? {} : { subscriber }) }
    }
    return { type: 'found', targets: contacts.map(targetOf), ...wanted }
  }

  async save(): Promise<{ ok: true; contacts: []; outbound: false }> {
    return { ok: true, contacts: [], outbound: false }
  }

  async subscribe(aor: string): Promise<Subscribed> {
    const isKnown = aor in (this.fakes.bindings ?? {}) || this.fakes.subscribers?.includes(aor)
    return { status: isKnown ? 200 : 404 }
  }

  get shared(): SharedRows {
    return new FakeRows(this.fakes.shared ?? new Map())
  }

  async dialogState(): Promise<Json | undefined> {
    return this.fakes.dialog
  }

  loops(): boolean {
    return false
  }

  random(): string {
    this.tokens += 1
    return `random-${this.tokens}`
  }

  log(event: string, details: Readonly<Record<string, unknown>>): void {
    this.fakes.log?.push({ event, ...details })
  }

  alert(alert: Omit<Alert, 'at'>): void {
    this.log('alert', { ...alert })
  }
}
