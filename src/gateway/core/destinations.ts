import type { NumberFormat } from '../../numbers/format'
import type { NetworkAddress } from '../../sip/transport/hop'

/** One address that a request may go to. */
export interface Way {
  readonly to: NetworkAddress
  /** The Request-URI host there, `carrier.example:5060`; the request keeps its own when absent. */
  readonly host?: string
  readonly trunk?: string
  /** Which destination of a dispatcher set it belongs to. */
  readonly destination?: string
  /** The sealed address of the phone, when it is one. */
  readonly phone?: string
}

/** The ways to a dispatcher set, and when to go on to the next. */
export interface Plan {
  /** In the order of trial; those of one group are tried at once. */
  readonly groups: readonly (readonly Way[])[]
  readonly failover: readonly number[]
  readonly noResponseMs: number
  /** How its carriers want numbers; E.164 as the Worker says them when absent. */
  readonly numbers?: NumberFormat
}

/** What a call tells of itself when a destination is chosen for it. */
export interface CallFacts {
  readonly callId: string
  readonly from: string
  readonly to: string
  /** An INVITE: it stays there until its BYE. */
  readonly isCall: boolean
}

/** How a request ended at one destination. */
export interface BranchOutcome {
  readonly status: number
  /** Nobody has answered: the status is ours. */
  readonly isOwn: boolean
  /** How long it asks to be left alone. */
  readonly retryAfterSeconds?: number
}

/** The dispatcher, as the relay needs it. */
export interface Destinations {
  /** Undefined when there is no such set. */
  plan(set: string, facts: CallFacts): Promise<Plan | undefined>
  /** What became of a call: a destination that is silent or broken may be out of order. */
  result(set: string, destination: string, callId: string, final: BranchOutcome): void
  /** A BYE has passed. */
  ended(callId: string): void
}

export interface Credentials {
  readonly realm?: string
  readonly username: string
  readonly secret: { readonly password: string } | { readonly ha1: string }
}

/** The trunks, as the relay needs them. */
export interface Trunks {
  /** The trunk whose Contact has this user. */
  byContact(user: string): string | undefined
  /** Whether it is the address-of-record of a trunk. */
  isAccount(uri: string): boolean
  /** The request again with the answer to a challenge of that trunk; undefined when it is not ours to answer. */
  answer(
    trunk: string,
    request: { readonly method: string; readonly uri: string },
    status: number,
    challenges: readonly string[],
  ): readonly [name: string, value: string] | undefined
}
