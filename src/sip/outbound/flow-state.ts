import { type NonceCount, withRoom } from '../auth/nonce-counts'
import type { DialogParty } from '../proxy/in-dialog'
import type { StatelessWay } from '../proxy/stateless'
import type { FlowAddress } from './flow-address'
import type { HostedContext } from './hosted-contexts'
import type { ContextAddress } from './tokens'

/** How long an identity proved by digest holds on a flow that is not registered with it. */
export const IDENTITY_LIFETIME_MS = 10 * 60_000
/** Wrong answers in a row before a socket gets no further challenge. */
export const MAX_REJECTIONS = 10
/** Identities one socket may hold. */
export const MAX_IDENTITIES = 8
/** Registrations one socket may hold. */
export const MAX_FLOW_REGISTRATIONS = 8
/** INVITEs of one phone that are remembered for their CANCEL and retransmission. */
export const MAX_RECEIVED = 24
/** Requests to one phone that wait for its final response. */
export const MAX_OFFERED = 24
/** Both, on the link of a gateway, which carries many phones and carriers. */
export const MAX_ON_LINK = 400
/** Room for the state: an attachment holds 16,384 bytes (Platform: limit of the hibernation API, 2026-11). */
export const MAX_STATE_BYTES = 15_000

/** How many requests of either kind this flow may have under way. */
export function roomFor({ gateway }: FlowState, phone: number): number {
  return gateway === undefined ? phone : MAX_ON_LINK
}

/** Everything we remember of one socket. It is the socket's attachment: plain JSON, it survives hibernation. */
export interface FlowState {
  /** Version: a new build wakes with the attachments of an old one. */
  readonly v: 1
  readonly address: FlowAddress
  readonly transport: 'WS' | 'WSS'
  /** Host and port the phone connected to; ours in Via and Record-Route. */
  readonly host: string
  /** The phone's network address. */
  readonly source: string
  readonly identities: readonly Identity[]
  readonly registrations: readonly FlowRegistration[]
  /** Whom registrations that ended here belonged to (`parties.ts`). */
  readonly former?: readonly DialogParty[]
  readonly nonceCounts: readonly NonceCount[]
  /** See `NonceWindow`. */
  readonly noncesAfterMs?: number
  /** Wrong answers to challenges since the last right one. */
  readonly rejections: number
  readonly received: readonly ReceivedInvite[]
  readonly offered: readonly OfferedRequest[]
  /** Requests of this phone that are being relayed. */
  readonly contexts: readonly HostedContext[]
  /** Set on the link of a gateway, which many phones and carriers share: nobody is known by it. */
  readonly gateway?: string
  /** Which run of the gateway's program it is: another one knows nothing of what was under way. */
  readonly run?: string
  /** Keys of requests of our own that this socket may cause only once (`sent-once.ts`). */
  readonly sent?: readonly string[]
  /** When a keep-alive came in that had to wake us (a binary frame). */
  readonly keepAliveAtMs?: number
}

/** An address-of-record proved on this socket. */
export interface Identity {
  readonly aor: string
  readonly untilMs: number
  /** Which state of the subscriber it was proved against; the location refuses an older one. */
  readonly generation: number
  /** Somebody watches the address: its location is told of its calls. */
  readonly watched?: true
}

/** A registration as its own socket knows it, enough to answer a refresh. */
export interface FlowRegistration {
  readonly aor: string
  readonly key: string
  readonly uri: string
  /** The Contact value as the phone wrote it, without `expires`. */
  readonly contact: string
  readonly instance?: string
  readonly outbound: boolean
  readonly callId: string
  readonly cSeq: number
  readonly expiresAtMs: number
  /** When the location last heard of it: the lease. */
  readonly toldAtMs: number
  /** The other bindings of this address-of-record; absent when they did not fit. */
  readonly others?: readonly OtherBinding[]
}

export interface OtherBinding {
  readonly contact: string
  readonly expiresAtMs: number
  readonly grantedSeconds: number
  /** Its socket has closed: nothing refreshes it any more. */
  readonly detached?: true
}

/** An INVITE from this phone. */
export interface ReceivedInvite {
  readonly key: string
  /** Undefined until the script has decided. */
  readonly transaction?: string
  /** It was forwarded without state: its CANCEL and the ACK of a failure go the same way (RFC 3261 §16.11). */
  readonly way?: StatelessWay
  readonly finalAtMs?: number
  /** Its final response was a word of our own: the ACK ends here. */
  readonly isRefusedHere?: true
}

/** A request of a transaction to this phone. */
export interface OfferedRequest {
  readonly transaction: ContextAddress
  readonly branch: number
}

export function newFlowState(
  facts: Pick<FlowState, 'address' | 'transport' | 'host' | 'source' | 'gateway' | 'run'>,
): FlowState {
  return {
    v: 1,
    ...facts,
    identities: [],
    registrations: [],
    nonceCounts: [],
    rejections: 0,
    received: [],
    offered: [],
    contexts: [],
  }
}

/** An attachment of this or an older build; undefined when it is neither. */
export function readFlowState(attachment: unknown): FlowState | undefined {
  const state = attachment as FlowState | null | undefined
  // An older build kept no contexts here.
  return state?.v === 1 ? { ...state, contexts: state.contexts ?? [] } : undefined
}

/** What goes when the state is too large, in this order; only a phone with monstrous Contacts or branches comes far. */
const SHRINKS: ReadonlyArray<(state: FlowState) => FlowState> = [
  ({ former: _, ...state }) => ({ ...state, registrations: state.registrations.map(({ others: _, ...own }) => own) }),
  (state) => ({ ...state, received: state.received.filter((r) => r.finalAtMs === undefined) }),
  (state) => ({
    ...state,
    received: state.received.slice(-32),
    offered: state.offered.slice(-32),
    ...withRoom(state, 0),
  }),
  (state) => ({ ...state, received: state.received.slice(-4), offered: state.offered.slice(-4) }),
  (state) => ({ ...state, received: [] }),
  (state) => ({ ...state, registrations: state.registrations.slice(-1) }),
  (state) => ({ ...state, registrations: [] }),
  (state) => ({ ...state, identities: [] }),
]

/** Keeps the state small enough for the attachment. */
export function fitFlowState(state: FlowState): FlowState {
  if (isSmall(state)) return state
  let fitting = state
  for (const shrink of SHRINKS) {
    if (sizeOf(fitting) <= MAX_STATE_BYTES) return fitting
    fitting = shrink(fitting)
  }
  return fitting
}

/** Enough for the names, times and numbers of an entry, its texts aside. */
const ENTRY_BYTES = 200
/** The same for a request that was received or offered: it has hardly any. */
const REQUEST_BYTES = 80

/** Whether the state fits even if every character takes two bytes; true of nearly every phone. */
function isSmall(state: FlowState): boolean {
  let characters = 0
  let bytes = (4 + state.identities.length) * ENTRY_BYTES + state.nonceCounts.length * REQUEST_BYTES
  for (const r of state.registrations) {
    bytes += (1 + (r.others?.length ?? 0)) * ENTRY_BYTES
    characters +=
      r.contact.length + r.uri.length + r.key.length + r.aor.length + r.callId.length + (r.instance?.length ?? 0)
    for (const other of r.others ?? []) characters += other.contact.length
  }
  for (const i of state.identities) characters += i.aor.length
  for (const { aor, instance } of state.former ?? []) characters += aor.length + instance.length + REQUEST_BYTES
  for (const key of state.sent ?? []) characters += key.length + 2
  for (const r of state.received) characters += r.key.length + (r.transaction?.length ?? 0) + lengthOf(r.way)
  for (const o of state.offered) characters += o.transaction.length
  for (const c of state.contexts) bytes += c.bytes
  bytes += (state.received.length + state.offered.length) * REQUEST_BYTES
  return bytes + 2 * characters <= MAX_STATE_BYTES
}

function lengthOf(way: StatelessWay | undefined): number {
  return way === undefined ? 0 : JSON.stringify(way).length
}

/** Platform: a stored text takes two bytes for each character as soon as one of them is beyond Latin-1 (V8, 2026-11). */
function sizeOf(state: FlowState): number {
  const text = JSON.stringify(state)
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length
}

export function hasIdentity(state: FlowState, aor: string, nowMs: number): boolean {
  return state.identities.some((i) => i.aor === aor && (i.untilMs > nowMs || isRegistered(state, aor, nowMs)))
}

export function isRegistered(state: FlowState, aor: string, nowMs: number, key?: string): boolean {
  return state.registrations.some((r) => r.aor === aor && (key === undefined || r.key === key) && r.expiresAtMs > nowMs)
}

export function withIdentity(state: FlowState, aor: string, generation: number, nowMs: number): FlowState {
  const others = state.identities.filter((i) => i.aor !== aor)
  const identity = { aor, untilMs: nowMs + IDENTITY_LIFETIME_MS, generation }
  return { ...state, identities: [...others, identity].slice(-MAX_IDENTITIES), rejections: 0 }
}

/** Whether somebody watches an address-of-record that was proved here. */
export function isWatched(state: FlowState, aor: string): boolean {
  return state.identities.some((i) => i.aor === aor && i.watched)
}

export function withWatched(state: FlowState, aor: string, watched: boolean): FlowState {
  if (isWatched(state, aor) === watched) return state
  const identities = state.identities.map((identity) => {
    const { watched: _, ...bare } = identity
    if (identity.aor !== aor) return identity
    return watched ? { ...bare, watched } : bare
  })
  return { ...state, identities }
}

/** The generation that an identity was proved with; undefined without one. */
export function generationOf(state: FlowState, aor: string): number | undefined {
  return state.identities.find((i) => i.aor === aor)?.generation
}

/** Wrong answers in a row on this socket. */
export function withRejection(state: FlowState): FlowState {
  return { ...state, rejections: state.rejections + 1 }
}

export function isLockedOut(state: FlowState): boolean {
  return state.rejections >= MAX_REJECTIONS
}

export function withRegistration(state: FlowState, registration: FlowRegistration): FlowState {
  const kept = state.registrations.filter((r) => r.aor !== registration.aor || r.key !== registration.key)
  return { ...state, registrations: [...kept, registration].slice(-MAX_FLOW_REGISTRATIONS) }
}

/** Whether the socket may hold a registration of this address-of-record beside its others. */
export function hasRoomFor(state: FlowState, aor: string): boolean {
  return state.registrations.length < MAX_FLOW_REGISTRATIONS || state.registrations.some((r) => r.aor === aor)
}

/** What the other bindings of an address-of-record are now. */
export function withOthers(state: FlowState, aor: string, key: string, others: readonly OtherBinding[]): FlowState {
  const registrations = state.registrations.map((r) => (r.aor === aor && r.key === key ? { ...r, others } : r))
  return { ...state, registrations }
}

/** Forgets registrations of an address-of-record: one by its key, or all. */
export function withoutRegistration(state: FlowState, aor: string, key?: string): FlowState {
  const registrations = state.registrations.filter((r) => r.aor !== aor || (key !== undefined && r.key !== key))
  return { ...state, registrations }
}

/** The subscriber is gone, disabled or has another password: nothing he proved here holds any longer. */
export function withoutIdentity(state: FlowState, aor: string): FlowState {
  return { ...withoutRegistration(state, aor), identities: state.identities.filter((i) => i.aor !== aor) }
}
