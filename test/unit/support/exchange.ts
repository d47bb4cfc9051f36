import { createHash } from 'node:crypto'
import { deploymentSettings } from '../../../src/platform/deployment'
import type { LiveGateway } from '../../../src/routing/carriers'
import { Context } from '../../../src/routing/context'
import type { Decision } from '../../../src/routing/decision'
import type { Block } from '../../../src/routing/router'
import type { DomainSettings, Lookup, Peer, Saved, Services, Subscribed, Verdict } from '../../../src/routing/services'
import { FakeRows } from '../../../src/routing/test-kit'
import type { Hash } from '../../../src/sip/auth/algorithm'
import { answerChallenge } from '../../../src/sip/auth/answer'
import { challengeAlgorithms, formatChallenge, parseChallenge } from '../../../src/sip/auth/challenge'
import type { Credentials } from '../../../src/sip/auth/credentials'
import { ha1 } from '../../../src/sip/auth/ha1'
import { checkNonce, mintNonce } from '../../../src/sip/auth/nonce'
import { verifyDigest } from '../../../src/sip/auth/verify'
import { appendHeader } from '../../../src/sip/message/edit'
import { header } from '../../../src/sip/message/headers'
import type { Request } from '../../../src/sip/message/message'
import { isLoop } from '../../../src/sip/proxy/loop'
import type { Json } from '../../../src/sip/proxy/response-context'
import { takeRoutes } from '../../../src/sip/proxy/route-information'
import type { Binding } from '../../../src/sip/registrar/binding'
import { attached, targetsOf } from '../../../src/sip/registrar/bindings'
import { register } from '../../../src/sip/registrar/register'
import type { Source } from '../../../src/sip/transport/source'
import { START_MS } from './call'
import { mac } from './mac'
import { origin } from './registrations'

export const HOST = 'edge.example.test'
const hash: Hash = (algorithm, text) =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')

/** A flow and its location in memory, made of the product's own registrar and digest; only the storage is ours. */
export class Exchange implements Services {
  nowMs = START_MS
  readonly domains = new Map<string, DomainSettings>()
  /** Passwords by address-of-record. */
  readonly subscribers = new Map<string, string>()
  readonly bindings = new Map<string, readonly Binding[]>()
  readonly identities = new Set<string>()
  readonly logged: Array<{ event: string; [detail: string]: unknown }> = []
  readonly asked: string[] = []
  isLocked = false
  traces = false
  settings = deploymentSettings({})
  source: Source = { transport: 'WSS', address: '192.0.2.10' }
  readonly connected: LiveGateway[] = []
  readonly shared = new FakeRows(new Map())
  private tokens = 0

  constructor() {
    this.addDomain({ name: 'example.test', unregistered: '404', algorithms: ['MD5'] })
    for (const name of ['alice', 'bob']) this.subscribers.set(`${name}@example.test`, `${name}'s password`)
  }

  addDomain(settings: DomainSettings): this {
    this.domains.set(settings.name, settings)
    return this
  }

  /** The phone of an address-of-record is registered here. */
  register(aor: string, request: Request): this {
    const result = register(this.bindings.get(aor) ?? [], request, origin, this.nowMs)
    if (!result.ok) throw new Error(`refused: ${result.status}`)
    this.bindings.set(aor, result.bindings)
    return this
  }

  /** The request again, with the answer to a challenge. */
  withCredentials(request: Request, username: string, password: string, options: CredentialOptions = {}): Request {
    const realm = options.realm ?? 'example.test'
    const nonce = mintNonce({ nowMs: options.mintedAtMs ?? this.nowMs, random: 'random', realm }, mac)
    const challenge = parseChallenge(formatChallenge({ realm, nonce, algorithm: options.algorithm ?? 'MD5' }))
    const { method, uri } = request
    const input = { username, password, method, uri, cnonce: 'c', nonceCount: 1, hash }
    const value = challenge && answerChallenge(challenge, input)
    if (value === undefined) throw new Error('no answer')
    return appendHeader(request, method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization', value)
  }

  context<State = Json>(request: Request): Context<State> {
    return new Context<State>(takeRoutes(request, HOST, mac), this, 'ourtag')
  }

  /** What a block decides about a request. */
  async run(block: Block, request: Request): Promise<{ c: Context; decision: Decision | undefined }> {
    const c = this.context(request)
    return { c, decision: (await block(c)) ?? undefined }
  }

  challenges(settings: DomainSettings, userAgent: string | undefined, stale: boolean): readonly string[] {
    const realm = settings.name
    return challengeAlgorithms(settings.algorithms, userAgent).map((algorithm) => {
      const nonce = mintNonce({ nowMs: this.nowMs, random: 'random', realm }, mac)
      return formatChallenge({ realm, nonce, algorithm, ...(stale ? { stale } : {}) })
    })
  }

  peered: Peer | undefined
  async peer(): Promise<Peer | undefined> {
    return this.peered
  }

  async storeMessage(): Promise<string | undefined> {
    return 'nobody keeps messages here'
  }

  async aliasOf() {
    return undefined
  }

  async firstKnown(aors: readonly string[]) {
    return aors.find((aor) => this.subscribers.has(aor))
  }

  async speedDial() {
    return undefined
  }

  async callLimits() {
    return {}
  }

  async isFlooding() {
    return false
  }

  async carrierWays() {
    return []
  }

  async gateways(): Promise<readonly LiveGateway[]> {
    return this.connected
  }

  async domain(name: string): Promise<DomainSettings | undefined> {
    return this.domains.get(name)
  }

  hasIdentity(aor: string): boolean {
    return this.identities.has(aor)
  }

  async authenticate(
    credentials: Credentials,
    method: string,
    aor: string,
    source?: () => Promise<string | undefined>,
  ): Promise<Verdict> {
    this.asked.push(`authenticate ${aor}`)
    if (this.isLocked) return 'locked'
    const { algorithm, username } = credentials
    const password = this.subscribers.get(aor)
    const own = password === undefined ? undefined : ha1(hash, algorithm, username, credentials.realm, password)
    const secret = source ? await source() : own
    if (secret === undefined || !verifyDigest(credentials, { method, ha1: secret, hash })) return 'rejected'
    const { realm, nonce } = credentials
    if (checkNonce(nonce, { nowMs: this.nowMs, realm }, mac) !== 'fresh') return 'stale'
    this.identities.add(aor)
    return 'accepted'
  }

  async lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup> {
    this.asked.push(`lookup ${aor}`)
    const known = this.bindings.get(aor) ?? []
    const targets = targetsOf(aor, attached(known, this.nowMs))
    if (targets.length > 0) return { type: 'found', targets }
    if (known.length > 0) return { type: 'unreachable' }
    return { type: 'unregistered', ...(options.subscriber ? { subscriber: this.subscribers.has(aor) } : {}) }
  }

  async save(aor: string, request: Request): Promise<Saved> {
    this.asked.push(`save ${aor}`)
    const result = register(this.bindings.get(aor) ?? [], request, origin, this.nowMs)
    if (!result.ok) return result
    this.bindings.set(aor, result.bindings)
    return { ok: true, contacts: result.bindings, outbound: result.outbound }
  }

  async subscribe(aor: string): Promise<Subscribed> {
    this.asked.push(`subscribe ${aor}`)
    return { status: this.subscribers.has(aor) ? 200 : 404 }
  }

  random(): string {
    this.tokens += 1
    return `random-${this.tokens}`
  }

  dialog: Json | undefined
  async dialogState(): Promise<Json | undefined> {
    return this.dialog
  }

  loops(request: Request): boolean {
    return isLoop(request, mac)
  }

  alert(alert: object): void {
    this.log('alert', { ...alert })
  }

  log(event: string, details: Readonly<Record<string, unknown>>): void {
    this.logged.push({ event, ...details })
  }
}

export interface CredentialOptions {
  readonly realm?: string
  readonly algorithm?: 'MD5' | 'SHA-256'
  readonly mintedAtMs?: number
}

/** A decision in short: `404 User not Registered`, `relay sip:..., sip:...`, `forward OA.ta~1`, `forward to sip:...`, `drop scanner`. */
export function inShort(decision: Decision | undefined): string {
  switch (decision?.type) {
    case undefined:
      return 'goes on'
    case 'respond':
      return `${decision.response.status} ${decision.response.reason}`
    case 'relay':
      return `relay ${decision.targets.map((group) => group.map((t) => t.uri).join(' & ')).join(', then ')}`
    case 'forward':
      return `forward ${decision.token.transaction}`
    case 'forward-to':
      return `forward to ${decision.target.uri}`
    case 'drop':
      return `drop ${decision.why}`
  }
}

/** A header of the response that was decided. */
export function answered(decision: Decision | undefined, key: string): string | undefined {
  return decision?.type === 'respond' ? header(decision.response, key) : undefined
}
