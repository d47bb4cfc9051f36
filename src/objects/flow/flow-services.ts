import type { Alert } from '../../dispatcher/alert'
import type { CallLimits } from '../../dispatcher/call-limits'
import { setsFor } from '../../dispatcher/carrier-routes'
import { type DeploymentSettings, deploymentSettings } from '../../platform/deployment'
import { randomToken } from '../../platform/random'
import type { LiveGateway } from '../../routing/carriers'
import type {
  CarrierWay,
  DomainSettings,
  Lookup,
  Peer,
  Saved,
  Services,
  Subscribed,
  Verdict,
} from '../../routing/services'
import type { SharedRows } from '../../routing/shared'
import { challengeAlgorithms, formatChallenge } from '../../sip/auth/challenge'
import type { Credentials } from '../../sip/auth/credentials'
import { checkNonce, mintNonce } from '../../sip/auth/nonce'
import { acceptNonceCount, MAX_NONCE_COUNTS, MAX_NONCE_COUNTS_ON_LINK } from '../../sip/auth/nonce-counts'
import type { Watcher } from '../../sip/events/subscription'
import { header } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { tagOf, uriOf } from '../../sip/message/name-address'
import { serialize } from '../../sip/message/serialize'
import {
  generationOf,
  hasIdentity,
  hasRoomFor,
  isLockedOut,
  isWatched,
  withIdentity,
  withoutIdentity,
  withoutRegistration,
  withRegistration,
  withRejection,
  withWatched,
} from '../../sip/outbound/flow-state'
import { longestExpires, MAX_EXPIRES_SECONDS } from '../../sip/outbound/keep-alive'
import { partyOf } from '../../sip/outbound/parties'
import { type DialogToken, dialogMac, formatNotifierToken } from '../../sip/outbound/tokens'
import { isLoop } from '../../sip/proxy/loop'
import type { Json } from '../../sip/proxy/response-context'
import { flowRegistration, listed } from '../../sip/registrar/flow-registration'
import { refresh } from '../../sip/registrar/refresh'
import type { FloodLimit } from '../../sip/transport/flood-limiter'
import type { Source } from '../../sip/transport/source'
import { matchAddress } from '../../store/address-match'
import { openDatabase } from '../../store/database'
import { findAlias, findKnown, findSpeedDial } from '../../store/names'
import { locationStub } from '../addresses'
import { callObject } from '../call-object'
import { callLimitsOf, carrierData } from '../carrier-cache'
import { domainSettings } from '../domain-cache'
import { liveGateways } from '../gateway-cache'
import { log } from '../log'
import { raiseAlert } from '../raise-alert'
import { ShardedRows } from '../shared-rows'
import type { Connection } from './connection'

/** What the script of one request may ask of its flow. */
export class FlowServices implements Services {
  readonly nowMs: number
  readonly source: Source
  private readonly connection: Connection
  /** On the link of a gateway a proof counts for its request alone: many phones share the flow. */
  private readonly isShared: boolean
  /** Addresses that were proved for this request, and that somebody watches. */
  private readonly watched = new Set<string>()
  /** Blocks ask for the same one, and a foreign one is in no cache. */
  private readonly domains = new Map<string, Promise<DomainSettings | undefined>>()

  constructor(connection: Connection, source: Source, nowMs: number) {
    this.connection = connection
    this.source = source
    this.nowMs = nowMs
    this.isShared = connection.state.gateway !== undefined
  }

  get settings(): DeploymentSettings {
    return deploymentSettings(this.connection.env)
  }

  get traces(): boolean {
    return this.connection.env.LOG_LEVEL === 'debug'
  }

  /** A socket whose address is not known counts for itself. */
  isFlooding(limit: FloodLimit): Promise<boolean> {
    const { host, state } = this.connection
    return host.floods.isFlooding(this.source.address || state.address, limit, this.nowMs)
  }

  challenges(settings: DomainSettings, userAgent: string | undefined, stale: boolean): readonly string[] {
    const realm = settings.name
    return challengeAlgorithms(settings.algorithms, userAgent).map((algorithm) => {
      const nonce = mintNonce({ nowMs: this.nowMs, random: randomToken(), realm }, this.connection.nonceMac)
      return formatChallenge({ realm, nonce, algorithm, ...(stale ? { stale } : {}) })
    })
  }

  domain(name: string): Promise<DomainSettings | undefined> {
    const known = this.domains.get(name) ?? domainSettings(this.connection.env, name, this.nowMs)
    this.domains.set(name, known)
    return known
  }

  hasIdentity(aor: string): boolean {
    return hasIdentity(this.connection.state, aor, this.nowMs)
  }

  async authenticate(
    credentials: Credentials,
    method: string,
    aor: string,
    source?: () => Promise<string | undefined>,
  ): Promise<Verdict> {
    const { connection, nowMs } = this
    if (!this.isShared && isLockedOut(connection.state)) return 'locked'
    const freshness = checkNonce(credentials.nonce, { nowMs, realm: credentials.realm }, connection.nonceMac)
    // Not worth a question to the location: the answer is not to a challenge of this socket.
    if (freshness === 'foreign') return 'rejected'
    const known = source && { ha1: await source() }
    const {
      verdict,
      generation,
      isWatched = false,
    } = await callObject(() =>
      locationStub(connection.env, aor).authenticate(credentials, method, this.source.address, known),
    )
    if (verdict !== 'accepted') {
      if (!this.isShared) connection.update(withRejection(connection.state))
      return verdict
    }
    if (freshness !== 'fresh') return 'stale'
    const room = this.isShared ? MAX_NONCE_COUNTS_ON_LINK : MAX_NONCE_COUNTS
    const window = acceptNonceCount(connection.state, credentials.nonce, credentials.nc, room)
    if (!window) return 'stale'
    const state = { ...connection.state, ...window }
    if (this.isShared && isWatched) this.watched.add(aor)
    connection.update(this.isShared ? state : withWatched(withIdentity(state, aor, generation, nowMs), aor, isWatched))
    return 'accepted'
  }

  /** Whether somebody watches an address that the sender has proved. */
  isWatched(aor: string): boolean {
    return this.watched.has(aor) || isWatched(this.connection.state, aor)
  }

  async subscribe(aor: string, watcher: string, request: Request): Promise<Subscribed> {
    const { env, mac, state } = this.connection
    const { address: flow, transport, host } = state
    const instance = partyOf(state, watcher)?.instance
    const key = dialogMac(mac, header(request, 'call-id') ?? '', tagOf(header(request, 'from')) ?? '')
    const from: Watcher = {
      aor: watcher,
      flow,
      transport,
      host,
      path: this.isShared ? await this.pathOf(watcher, request) : [],
      contact: `sip:${formatNotifierToken(aor, key)}@${host};transport=ws`,
      ...(instance === undefined ? {} : { instance }),
    }
    return callObject(() => locationStub(env, aor).subscribe(serialize(request), request.binary, from))
  }

  /** The way that the gateway knows to a phone of its own, through its NAT; none where it has not registered. */
  private async pathOf(aor: string, request: Request): Promise<readonly string[]> {
    const found = await this.lookup(aor, { subscriber: false })
    const contact = uriOf(header(request, 'contact'))
    return found.type === 'found' ? (found.targets.find(({ uri }) => uri === contact)?.path ?? []) : []
  }

  lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup> {
    return callObject(() => locationStub(this.connection.env, aor).lookup(options))
  }

  async save(aor: string, request: Request): Promise<Saved> {
    const { connection, nowMs } = this
    if (this.isShared) return this.saveThroughGateway(aor, request)
    const longest = longestExpires(connection.lastPingMs(), nowMs)
    const refreshed = refresh(connection.state, aor, request, longest, nowMs)
    if (refreshed) {
      connection.update(withRegistration(connection.state, refreshed.registration))
      return { ok: true, contacts: refreshed.contacts, outbound: refreshed.outbound }
    }
    if (!hasRoomFor(connection.state, aor))
      return { ok: false, status: 403, reason: 'Too Many Addresses On One Connection' }
    const { address, transport, host, source } = connection.state
    const origin = { flow: address, transport, host, source, longestExpires: longest }
    const saved = await callObject(() =>
      locationStub(connection.env, aor).register(
        serialize(request),
        request.binary,
        origin,
        generationOf(connection.state, aor),
      ),
    )
    if (saved === 'unproved') return this.proveAgain(aor, request)
    if (!saved.ok) return saved
    if (saved.hasMessages) connection.expects(aor)
    const proved = saved.isWatched ? withWatched(connection.state, aor, true) : connection.state
    let state = withoutRegistration(proved, aor)
    for (const binding of saved.bindings.filter((b) => b.flow === address)) {
      state = withRegistration(state, flowRegistration(aor, binding, saved.bindings, saved.outbound))
    }
    connection.update(state)
    if (connection.isGone) await connection.closed()
    return { ok: true, contacts: saved.bindings.map(listed), outbound: saved.outbound }
  }

  /** A phone behind a gateway: the location alone knows of its registration, and hears of each refresh. */
  private async saveThroughGateway(aor: string, request: Request): Promise<Saved> {
    const { address, transport, host } = this.connection.state
    const { transport: network, address: ip, port } = this.source
    const source = `${network}:${ip}:${port}`
    const origin = { flow: address, transport, host, source, longestExpires: MAX_EXPIRES_SECONDS, exact: true } as const
    const saved = await callObject(() =>
      locationStub(this.connection.env, aor).register(serialize(request), request.binary, origin, undefined),
    )
    if (saved === 'unproved' || !saved.ok) return saved === 'unproved' ? { ok: false, status: 403 } : saved
    if (saved.hasMessages) this.connection.expects(aor)
    return { ok: true, contacts: saved.bindings.map(listed), outbound: saved.outbound }
  }

  async peer(): Promise<Peer | undefined> {
    const { trunk } = this.source
    const data = await carrierData(this.connection.env, this.nowMs)
    const known = trunk === undefined ? undefined : data.trunkPeers.get(trunk)
    if (known) return known
    const match = matchAddress(data.addressGroups, this.source)
    if (!match) return undefined
    const { group, entry } = match
    return {
      group: group.id,
      carrier: group.carrier,
      ...(group.domain === undefined ? {} : { domain: group.domain }),
      ...(group.country === undefined ? {} : { country: group.country }),
      ...(entry.tag === undefined ? {} : { tag: entry.tag }),
    }
  }

  async carrierWays(number: string): Promise<readonly CarrierWay[]> {
    const { routes, callers } = await carrierData(this.connection.env, this.nowMs)
    return setsFor(routes, number).map((way) => {
      const caller = callers.get(way.set)
      return { ...way, ...(caller ? { caller } : {}) }
    })
  }

  storeMessage(aor: string, request: Request): Promise<string | undefined> {
    return callObject(() => locationStub(this.connection.env, aor).storeMessage(serialize(request)))
  }

  aliasOf(aor: string): Promise<string | undefined> {
    return findAlias(openDatabase(this.connection.env.DB), aor)
  }

  firstKnown(aors: readonly string[]): Promise<string | undefined> {
    return findKnown(openDatabase(this.connection.env.DB), aors)
  }

  speedDial(aor: string, code: string): Promise<string | undefined> {
    return findSpeedDial(openDatabase(this.connection.env.DB), aor, code)
  }

  callLimits(aor: string): Promise<CallLimits> {
    return callLimitsOf(this.connection.env, aor)
  }

  gateways(): Promise<readonly LiveGateway[]> {
    return liveGateways(this.connection.env, this.nowMs)
  }

  /** The subscriber has changed since the identity was proved, and the notice was lost. */
  private async proveAgain(aor: string, request: Request): Promise<Saved> {
    this.connection.update(withoutIdentity(this.connection.state, aor))
    const settings = await this.domain(aor.slice(aor.lastIndexOf('@') + 1))
    const challenges = settings ? this.challenges(settings, header(request, 'user-agent'), false) : []
    return { ok: false, status: 401, headers: challenges.map((value) => ['WWW-Authenticate', value] as const) }
  }

  random(): string {
    return randomToken()
  }

  get shared(): SharedRows {
    return new ShardedRows(this.connection.env)
  }

  async dialogState(token: DialogToken | undefined): Promise<Json | undefined> {
    return token && this.connection.host.call(token.transaction, (object, name) => object.dialogState(name))
  }

  loops(request: Request): boolean {
    return isLoop(request, this.connection.mac)
  }

  log(event: string, details: Readonly<Record<string, unknown>>): void {
    log(event, { source: this.source.address, ...details })
  }

  alert(alert: Omit<Alert, 'at'>): void {
    this.connection.inBackground(raiseAlert(this.connection.env, { ...alert, at: this.nowMs }))
  }
}
