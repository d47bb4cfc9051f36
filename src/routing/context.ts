import type { Address } from '../sip/identity/address'
import { preferredIdentities } from '../sip/identity/asserted'
import { type CallerReplacement, replaceCaller } from '../sip/identity/caller'
import { isAnonymous } from '../sip/identity/privacy'
import { formatReplacement } from '../sip/identity/sealed-replacement'
import { header } from '../sip/message/headers'
import type { Request } from '../sip/message/message'
import { tagOf, uriOf } from '../sip/message/name-address'
import { makeResponse } from '../sip/message/respond'
import { parseUri, type SipUri } from '../sip/message/uri'
import type { Json } from '../sip/proxy/response-context'
import type { RouteInformation } from '../sip/proxy/route-information'
import type { Target, TargetSet } from '../sip/proxy/target'
import type { Objection } from '../sip/proxy/validation'
import type { Source } from '../sip/transport/source'
import { originate } from '../sip/uac/originate'
import { addressTargets, setTargets } from './carriers'
import type { Decision } from './decision'
import { editableRequest, HeaderEdits } from './headers'
import { logFacts } from './log-facts'
import { type Party, partyOf } from './party'
import { type RelayTimes, relayOptions, storable } from './relay-options'
import { RequestLocation } from './request-location'
import { RouteTrace } from './route-trace'
import { MAX_SENDS, type SendOptions, type SendOrder, sendOrder } from './send'
import type { Peer, Services } from './services'
import { SessionDescription } from './session-description'
import { SharedStore } from './shared'

export interface RespondOptions {
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: string
}

/** What a block sees of one request, and how it decides. One context per request. */
export class Context<State = Json> {
  /** The request, without the Route values that named us. Blocks may replace it by an edited one. */
  request: Request
  /** The address-of-record that authentication proved. */
  identity: string | undefined
  /** Asserted identities are for those we trust alone; set by `assertedIdentity`. */
  withholdsIdentity = false
  /** The sender's domain lets anybody in: nothing is proved about him, and no carrier is called for him. Set by `digestAuth`. */
  isOpen = false
  /** The carrier that the request comes from, set by `fromCarrier`: it is trusted without a digest. */
  carrier: Peer | undefined
  readonly routes: RouteInformation
  readonly services: Services
  private readonly toTag: string
  /** Headers of the request. */
  readonly headers = new HeaderEdits(editableRequest(this))
  /** What the request offers to talk with. */
  readonly sdp = new SessionDescription(editableRequest(this))
  private replacement: CallerReplacement | undefined
  private decided: Decision | undefined
  /** Requests of our own, for after the decision. */
  readonly sends: SendOrder[] = []
  /** The steps of the decision; undefined unless they are wanted. */
  readonly trace: RouteTrace | undefined
  /** Where the callee is, and what is kept of whom a REGISTER or a SUBSCRIBE is for. */
  readonly location: RequestLocation

  constructor(routes: RouteInformation, services: Services, toTag: string) {
    this.routes = routes
    this.request = routes.request
    this.services = services
    this.toTag = toTag
    this.trace = services.traces ? new RouteTrace() : undefined
    this.location = new RequestLocation(this, { toTag, decide: (decision) => this.decide(decision) })
  }

  get method(): string {
    return this.request.method
  }

  /**
   * Says why a block decides as it does, for the log line `route.decided` (LOG_LEVEL=debug). Undefined otherwise, so that the
   * reason is not even put together.
   *
   * @example
   * c.why?.(`${c.callee?.aor} is closed on Sundays`)
   */
  get why(): ((reason: string) => void) | undefined {
    return this.trace?.because
  }

  /** The Request-URI; undefined when it is not a SIP URI. */
  get uri(): SipUri | undefined {
    return parseUri(this.request.uri)
  }

  /** Undefined when the header has no SIP URI. */
  get from(): Party | undefined {
    return partyOf(header(this.request, 'from'))
  }

  get to(): Party | undefined {
    return partyOf(header(this.request, 'to'))
  }

  /**
   * Who the sender says he is, which authentication has to prove: From, or P-Preferred-Identity beside an anonymous From
   * (RFC 3323 §4.1.1.3, RFC 3325 §9.2).
   */
  get sender(): Party | undefined {
    const preferred = preferredIdentities(this.request)[0]
    const isHidden = preferred !== undefined && isAnonymous(uriOf(header(this.request, 'from')))
    return isHidden ? partyOf(`<${preferred}>`) : this.from
  }

  /** Whom the request is for: the Request-URI. */
  get callee(): Party | undefined {
    return partyOf(`<${this.request.uri}>`)
  }

  /** Where the request really comes from: the socket, or the packet that reached a gateway. Never what a header says. */
  get source(): Source {
    return this.services.source
  }

  /** The address group or trunk that the request comes from, as `allow_source_address` asks; undefined: a stranger. */
  addressGroup(): Promise<Peer | undefined> {
    return this.services.peer()
  }

  /** Whether the request is inside a dialog: it has a To tag. */
  get inDialog(): boolean {
    return tagOf(header(this.request, 'to')) !== undefined
  }

  get userAgent(): string | undefined {
    return header(this.request, 'user-agent')
  }

  /** What all requests share, wherever they are handled. */
  get shared(): SharedStore {
    return new SharedStore(this.services.shared)
  }

  /**
   * Shows the callee another caller: URI and display name of From are replaced toward him, and restored toward the caller
   * in every response and in all requests of the dialog, both ways (as `uac_replace_from` does). Tags stay. `c.from` stays
   * what was received. Throws for a URI or name that could end its line, and for more than 300 bytes together.
   *
   * @example
   * c.setCaller({ uri: 'sip:reception@example.com', display: 'Reception' })
   */
  setCaller(caller: Address): void {
    const replaced = replaceCaller(this.request, caller)
    if (!replaced) throw new Error('setCaller() needs a From that can be read')
    formatReplacement(replaced.replacement)
    this.replacement = replaced.replacement
  }

  /**
   * The ways to carriers: the destinations of a dispatcher set, through one gateway after the other. The gateway chooses the
   * destination and goes on to the next one of the set when it is silent, broken or busy; a refusal (404, 486, 6xx) comes
   * back. `number`: whom to call there, E.164 with its plus; a name for servers that know one. Empty when no gateway is connected, and for who has proved nothing.
   */
  async carriers(set: string, number: string): Promise<TargetSet> {
    return this.isOpen ? [] : setTargets(await this.services.gateways(), this.request, set, number)
  }

  /**
   * The ways to an address on the network, `udp:192.0.2.1:5060` or `tcp:[2001:db8::1]:5060`, through one gateway after the other:
   * no name is resolved, and the Request-URI stays as it is, or is `uri`. Throws for what is no address. Empty when no gateway is
   * connected, and for strangers of an open domain. Nobody but the script checks who may call there.
   *
   * @example
   * return c.relay(await c.toAddress('udp:192.0.2.1:5060'))
   */
  async toAddress(address: string, uri = this.request.uri): Promise<TargetSet> {
    const live = this.isOpen ? [] : await this.services.gateways()
    return addressTargets(live, this.request, address, uri)
  }

  /** What `c.relay({ dialog })` has kept of this call, in requests inside its dialog until the BYE; undefined otherwise. */
  async dialog(): Promise<Json | undefined> {
    return this.inDialog ? this.services.dialogState(this.routes.token) : undefined
  }

  /** Answers the request. `reason`: the registered phrase when absent. */
  respond(status: number, reason?: string, options: RespondOptions = {}): Decision {
    const phrase = reason === undefined ? {} : { reason }
    const response = makeResponse(this.request, status, { ...phrase, ...options, toTag: this.toTag })
    return this.decide({ type: 'respond', response })
  }

  /** Answers with an objection of the SIP rules. */
  refuse(objection: Objection): Decision {
    return this.respond(objection.status, objection.reason, objection.headers ? { headers: objection.headers } : {})
  }

  /** 302 with these contacts (RFC 3261 §8.3). */
  redirect(...targets: readonly Pick<Target, 'uri' | 'q'>[]): Decision {
    const headers = targets.map(({ uri, q }) => ['Contact', q === 1 ? `<${uri}>` : `<${uri}>;q=${q}`] as const)
    return this.respond(302, undefined, { headers })
  }

  /** Sends the request on and keeps its transaction: groups in order, the targets of a group together. */
  relay(targets: TargetSet, times: RelayTimes<State> = {}): Decision {
    const options = relayOptions(times, this.services.settings)
    const { concurrentCalls, spendPerDay, dialog, trying } = times
    if (trying !== undefined && /[\r\n]/.test(trying)) throw new Error('CR or LF in a reason phrase')
    const sender = this.identity === undefined ? {} : { identity: this.identity }
    const carrier = this.carrier?.trunk ?? this.carrier?.group
    const renamed = this.replacement ? { replacement: this.replacement } : {}
    const withheld = this.withholdsIdentity ? ({ withholdsIdentity: true } as const) : {}
    return this.decide({
      type: 'relay',
      request: this.request,
      targets,
      options,
      ...sender,
      ...renamed,
      ...withheld,
      ...(concurrentCalls === undefined ? {} : { concurrentCalls }),
      ...(spendPerDay === undefined ? {} : { spendPerDay }),
      ...(trying === undefined ? {} : { trying }),
      ...(dialog === undefined ? {} : { dialog: storable(dialog, 'dialog') }),
      ...(this.isOpen ? { isOpen: true } : {}),
      ...(carrier === undefined ? {} : { carrier }),
    })
  }

  /** Sends a request inside a dialog to the other end, without state. */
  forward(): Decision
  /**
   * Sends a request outside of a dialog to one target and keeps nothing of it (RFC 3261 §16.11): no transaction, no 100, no ring
   * time, no later routes, no record. Retransmissions, CANCEL and the ACK of a failure take the same way; responses come back
   * without the script. 480 when the target can't be reached. Throws inside a dialog of ours, for anything but one target, and
   * for options: `state` and later routes need `relay`.
   *
   * @example
   * const found = await c.location.lookup()
   * if (found.type === 'found' && found.targets[0]) return c.forward(found.targets[0])
   */
  forward(target: Target): Decision
  forward(target?: Target, ...more: readonly unknown[]): Decision {
    const { token } = this.routes
    if (target !== undefined) return this.forwardTo(target, more)
    if (!token) throw new Error('forward() needs a request that came along our Record-Route')
    return this.decide({ type: 'forward', request: this.request, token })
  }

  private forwardTo(target: Target, more: readonly unknown[]): Decision {
    if (typeof target.flow !== 'string') throw new Error('forward() takes one target; several need relay()')
    if (more.length > 0) throw new Error('forward() keeps nothing: state and later routes need relay()')
    if (this.routes.token) throw new Error('a request inside a dialog goes along it: forward() takes no target there')
    const renamed = this.replacement ? { replacement: this.replacement } : {}
    const withheld = this.withholdsIdentity ? ({ withholdsIdentity: true } as const) : {}
    return this.decide({ type: 'forward-to', request: this.request, target, ...renamed, ...withheld })
  }

  /** Says nothing. `why` goes to the log; without it that says nothing either. */
  drop(why?: string): Decision {
    return this.decide({ type: 'drop', ...(why === undefined ? {} : { why }) })
  }

  /**
   * Sends a request of our own to all devices of an address-of-record (RFC 3428 MESSAGE, NOTIFY, OPTIONS, INFO, ...).
   * It leaves when this request has been decided, and changes nothing about it; what becomes of it is told to `onResult`.
   * From tag, CSeq, Via, Max-Forwards and Content-Length are generated, and Call-ID when it is not given. Returns the
   * Call-ID. Throws for INVITE, ACK, CANCEL, BYE and REGISTER, for what can't be written, for more than 16 KiB, and for the
   * eleventh request.
   *
   * @example
   * c.send({ method: 'MESSAGE', to: 'desk@example.com', from: 'exchange@example.com', body: 'Somebody called.' })
   */
  send(options: SendOptions<State>): string {
    if (this.sends.length >= MAX_SENDS) throw new Error(`no more than ${MAX_SENDS} requests for one`)
    const callId = options.callId ?? this.services.random()
    const own = originate(options, { callId, fromTag: this.services.random() })
    this.sends.push(sendOrder(own, options))
    return callId
  }

  /** Writes a structured line; type, method, Call-ID, CSeq and source are added. */
  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.services.log(event, { ...logFacts(this.request), ...details })
  }

  /** The decision that was built last and not returned yet: the router refuses to lose it. */
  takeUnreturned(): Decision | undefined {
    const decision = this.decided
    this.decided = undefined
    return decision
  }

  private decide(decision: Decision): Decision {
    this.decided = decision
    return decision
  }
}
