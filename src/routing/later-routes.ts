import type { DeploymentSettings } from '../platform/deployment'
import type { Request, Response } from '../sip/message/message'
import type { FailureDecision, Json } from '../sip/proxy/response-context'
import type { Target, TargetSet } from '../sip/proxy/target'
import { addressTargets, type LiveGateway, setTargets } from './carriers'
import type { RespondOptions } from './context'
import { editableRequest, editableResponse, HeaderEdits } from './headers'
import { logFacts } from './log-facts'
import { type RelayTimes, relayOptions } from './relay-options'
import type { DomainSettings, Lookup } from './services'
import { SessionDescription } from './session-description'
import { type SharedRows, SharedStore } from './shared'

/**
 * A later route, as `c.relay` takes it. Made by `sip.failure`, `sip.reply`, `sip.branch` and `sip.result` only, so a misspelt name does
 * not compile; its name is all that is stored, since the route may run in an object woken from storage, after a deploy.
 */
export interface RouteReference<Kind extends 'failure' | 'reply' | 'branch' | 'result', State> {
  readonly kind: Kind
  readonly name: string
  /** Never set: ties the reference to the state of its script. */
  readonly state?: State
}

export type FailureRoute<State = Json> = RouteReference<'failure', State>
export type ReplyRoute<State = Json> = RouteReference<'reply', State>
export type BranchRoute<State = Json> = RouteReference<'branch', State>
export type ResultRoute<State = Json> = RouteReference<'result', State>

type Log = (event: string, details: Readonly<Record<string, unknown>>) => void

/** What a failure route may ask. */
export interface FailureServices {
  readonly nowMs: number
  readonly settings: DeploymentSettings
  readonly shared: SharedRows
  lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup>
  domain(name: string): Promise<DomainSettings | undefined>
  gateways(): Promise<readonly LiveGateway[]>
  log(event: string, details: Readonly<Record<string, unknown>>): void
}

/** Statuses after which another destination is worth a try: it was silent or broken, and did not refuse. */
const FAILOVER = [408, 430, 500, 502, 503, 504]

/** Whether a status says that the destination failed, not that it refused: 408, 430, 500, 502, 503, 504 (and not 404, 486, 6xx). */
export function isFailover(status: number): boolean {
  return FAILOVER.includes(status)
}

export interface TriedBranch {
  readonly target: Target
  readonly status: number
}

/** What a failure route sees: the request as it was received, and what became of it. One decision may be returned. */
export class FailureContext<State = Json> {
  readonly request: Request
  readonly state: State
  /** Every branch that was tried, in order, with the status it ended with; 408 for silence, 480 for a phone out of reach. */
  readonly tried: readonly TriedBranch[]
  /** The response that goes up when nothing is decided. */
  readonly best: { readonly status: number; is(...statuses: number[]): boolean }
  readonly services: FailureServices
  private readonly isOpen: boolean
  private decided: FailureDecision | undefined

  constructor(
    facts: {
      readonly request: Request
      readonly state: State
      readonly tried: readonly TriedBranch[]
      readonly best: number
      readonly isOpen?: true
    },
    services: FailureServices,
  ) {
    this.isOpen = facts.isOpen ?? false
    this.request = facts.request
    this.state = facts.state
    this.tried = facts.tried
    this.best = { status: facts.best, is: (...statuses) => statuses.includes(facts.best) }
    this.services = services
  }

  readonly location = {
    /** Bindings of an address-of-record, `user@domain`, as targets. */
    lookup: (aor: string, options: { subscriber?: boolean } = {}): Promise<Lookup> =>
      this.services.lookup(aor, { subscriber: options.subscriber ?? false }),
  }

  /** What all requests share. */
  get shared(): SharedStore {
    return new SharedStore(this.services.shared)
  }

  /** The ways to the carriers of a dispatcher set, as `c.carriers` of the request route gives them. */
  async carriers(set: string, number: string): Promise<TargetSet> {
    return this.isOpen ? [] : setTargets(await this.services.gateways(), this.request, set, number)
  }

  /** The ways to an address on the network, as `c.toAddress` of the request route gives them. */
  async toAddress(address: string, uri = this.request.uri): Promise<TargetSet> {
    const live = this.isOpen ? [] : await this.services.gateways()
    return addressTargets(live, this.request, address, uri)
  }

  /** Tries more targets: new branches of the same call. Arms the routes it names, and no others. */
  relay(targets: TargetSet, times: RelayTimes<State> = {}): FailureDecision {
    return this.decide({ type: 'relay', targets, options: relayOptions(times, this.services.settings) })
  }

  /** Answers the caller. `status`: 300-699. */
  respond(status: number, reason?: string, options: Pick<RespondOptions, 'headers'> = {}): FailureDecision {
    if (!Number.isInteger(status) || status < 300 || status > 699)
      throw new Error(`a failure route answers 300-699, not ${status}`)
    return this.decide({ type: 'respond', status, ...(reason === undefined ? {} : { reason }), ...options })
  }

  /** Writes a structured line; type, method, Call-ID and CSeq are added. */
  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.services.log(event, { ...logFacts(this.request), ...details })
  }

  /** The decision that was built last and not returned yet: the router refuses to lose it. */
  takeUnreturned(): FailureDecision | undefined {
    const decision = this.decided
    this.decided = undefined
    return decision
  }

  private decide(decision: FailureDecision): FailureDecision {
    this.decided = decision
    return decision
  }
}

/** What a branch route sees: the request to one target, before our Via. It may be run again after a crash. */
export class BranchContext<State = Json> {
  request: Request
  readonly target: Target
  /** From 0, in the order in which branches are made. */
  readonly branch: number
  readonly state: State
  readonly headers: HeaderEdits
  readonly sdp: SessionDescription
  private readonly write: Log

  constructor(
    request: Request,
    facts: { readonly target: Target; readonly branch: number; readonly state: State },
    write: Log = () => {},
  ) {
    this.request = request
    this.write = write
    this.target = facts.target
    this.branch = facts.branch
    this.state = facts.state
    const editable = editableRequest(this)
    this.headers = new HeaderEdits(editable)
    this.sdp = new SessionDescription(editable)
  }

  /** Writes a structured line; type, method, Call-ID, CSeq and branch are added. */
  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.write(event, { ...logFacts(this.request), branch: this.branch, ...details })
  }
}

/** What a reply route sees: a response on its way to the caller, our Via already off. */
export class ReplyContext<State = Json> {
  response: Response
  readonly branch: number
  readonly state: State
  readonly headers: HeaderEdits
  readonly sdp: SessionDescription
  isDropped = false
  private readonly write: Log

  constructor(response: Response, facts: { readonly branch: number; readonly state: State }, write: Log = () => {}) {
    this.response = response
    this.write = write
    this.branch = facts.branch
    this.state = facts.state
    const editable = editableResponse(this)
    this.headers = new HeaderEdits(editable)
    this.sdp = new SessionDescription(editable)
  }

  get status(): number {
    return this.response.status
  }

  /** Writes a structured line; type, method, Call-ID, CSeq, status, reason and branch are added. */
  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.write(event, { ...logFacts(this.response), branch: this.branch, ...details })
  }

  /** Keeps a provisional response from the caller. A final one can't be dropped: that throws. */
  drop(): void {
    if (this.status >= 200) throw new Error(`a final response can't be dropped: ${this.status}`)
    this.isDropped = true
  }
}
