import { header } from '../sip/message/headers'
import type { Request, Response } from '../sip/message/message'
import type { FailureDecision, Json } from '../sip/proxy/response-context'
import type { Target, TargetSet } from '../sip/proxy/target'
import type { RespondOptions } from './context'
import { editableRequest, editableResponse, HeaderEdits } from './headers'
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

/** What a failure route may ask. */
export interface FailureServices {
  readonly nowMs: number
  readonly shared: SharedRows
  lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup>
  domain(name: string): Promise<DomainSettings | undefined>
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
  private decided: FailureDecision | undefined

  constructor(
    facts: {
      readonly request: Request
      readonly state: State
      readonly tried: readonly TriedBranch[]
      readonly best: number
    },
    services: FailureServices,
  ) {
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

  /** Tries more targets: new branches of the same call. Arms the routes it names, and no others. */
  relay(targets: TargetSet, times: RelayTimes<State> = {}): FailureDecision {
    return this.decide({ type: 'relay', targets, options: relayOptions(times) })
  }

  /** Answers the caller. `status`: 300-699. */
  respond(status: number, reason?: string, options: Pick<RespondOptions, 'headers'> = {}): FailureDecision {
    if (!Number.isInteger(status) || status < 300 || status > 699)
      throw new Error(`a failure route answers 300-699, not ${status}`)
    return this.decide({ type: 'respond', status, ...(reason === undefined ? {} : { reason }), ...options })
  }

  /** Writes a structured line; Call-ID and CSeq are added. */
  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    const { request } = this
    const facts = { method: request.method, callId: header(request, 'call-id'), cSeq: header(request, 'cseq') }
    this.services.log(event, { ...facts, ...details })
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

  constructor(request: Request, facts: { readonly target: Target; readonly branch: number; readonly state: State }) {
    this.request = request
    this.target = facts.target
    this.branch = facts.branch
    this.state = facts.state
    const editable = editableRequest(this)
    this.headers = new HeaderEdits(editable)
    this.sdp = new SessionDescription(editable)
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

  constructor(response: Response, facts: { readonly branch: number; readonly state: State }) {
    this.response = response
    this.branch = facts.branch
    this.state = facts.state
    const editable = editableResponse(this)
    this.headers = new HeaderEdits(editable)
    this.sdp = new SessionDescription(editable)
  }

  get status(): number {
    return this.response.status
  }

  /** Keeps a provisional response from the caller. A final one can't be dropped: that throws. */
  drop(): void {
    if (this.status >= 200) throw new Error(`a final response can't be dropped: ${this.status}`)
    this.isDropped = true
  }
}
