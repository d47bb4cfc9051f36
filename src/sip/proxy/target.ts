import type { HopUsers } from '../identity/hop-users'
import type { FlowAddress } from '../outbound/flow-address'

/** Where one branch goes: a registered contact, or anything else reached over a known flow. */
export interface Target {
  /** The Request-URI of the branch. */
  readonly uri: string
  readonly flow: FlowAddress
  readonly transport: 'WS' | 'WSS' | 'UDP' | 'TCP'
  /** Route headers to add, outermost first (RFC 3327). */
  readonly path: readonly string[]
  /** RFC 3261 §20.10: preference from 0 to 1. */
  readonly q: number
  /** RFC 3325 §2.3: whom asserted identities may be shown to whatever the privacy, and who is believed. No phone is. */
  readonly trusted?: true
  /** What the carrier route of a call says that it costs, for its record. */
  readonly cost?: number
  /** Set in the gateway: how a target outside of WebSocket is reached. */
  readonly hop?: NetworkHop
  /** The binding it came from. */
  readonly binding?: {
    readonly aor: string
    readonly key: string
    readonly instance?: string
    /** Somebody watches the address: its location is told what becomes of the call. */
    readonly watched?: true
  }
}

/** The hop to a target beyond a WebSocket. Plain JSON. */
export interface NetworkHop {
  /** `UDP:192.0.2.1:5060` */
  readonly to: string
  /** Which destination of which dispatcher set it is: the set, a space, its URI. */
  readonly destination?: string
  /** Whose credentials answer a challenge of this target. */
  readonly trunk?: string
  /** RFC 3261 §17: an unreliable hop needs retransmissions. */
  readonly reliable: boolean
  /** Our host and port as that side sees them: the sent-by of the Via. */
  readonly sentBy: string
  /** Our Record-Route values for a request that makes a dialog, topmost first (RFC 5658). */
  readonly recordRoute: readonly string[]
  /** Header lines of this hop only: the answer to its challenge, where the request came from. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** What is added to the CSeq number: a request that answers a challenge is another one (RFC 3261 §22.2). */
  readonly cSeqOffset: number
  /** Numbers in From and To that this peer wants in another format. */
  readonly users?: HopUsers
}

/** Groups are tried in order; the targets of one group ring together. */
export type TargetSet = readonly (readonly Target[])[]

/** Drops targets that are there twice or among the `known` ones, and groups without any. */
export function distinctTargets(set: TargetSet, known: readonly Target[] = []): Target[][] {
  // One gateway leads to many: its Route says where.
  const idOf = ({ flow, uri, path }: Target) => `${flow} ${uri} ${path.join()}`
  const seen = new Set(known.map(idOf))
  const fresh = (target: Target) => {
    const id = idOf(target)
    return seen.has(id) ? false : seen.add(id) && true
  }
  return set.map((group) => group.filter(fresh)).filter((group) => group.length > 0)
}
