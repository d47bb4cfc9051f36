import type { Alert } from '../dispatcher/alert'
import type { CallLimits } from '../dispatcher/call-limits'
import type { EmergencyNumbers } from '../dispatcher/emergency-numbers'
import type { SwitchableBlock } from '../dispatcher/switchable-blocks'
import type { DeploymentSettings } from '../platform/deployment'
import type { Algorithm } from '../sip/auth/algorithm'
import type { Credentials } from '../sip/auth/credentials'
import type { Request } from '../sip/message/message'
import type { Frame } from '../sip/message/octets'
import type { DialogToken } from '../sip/outbound/tokens'
import type { CallFeatures } from '../sip/proxy/call-features'
import type { Json } from '../sip/proxy/response-context'
import type { Target } from '../sip/proxy/target'
import type { Objection } from '../sip/proxy/validation'
import type { Refusal } from '../sip/registrar/register'
import type { ListedContact } from '../sip/registrar/response'
import type { FloodLimit } from '../sip/transport/flood-limiter'
import type { Source } from '../sip/transport/source'
import type { Trunk } from '../sip/uac/trunk'
import type { LiveGateway } from './carriers'
import type { CountryCode, DialRules } from './numbers'
import type { SharedRows } from './shared'

/** What a domain of ours is set to. */
export interface DomainSettings {
  readonly name: string
  /** `404`: an address without binding is answered 404 whoever it is. `rfc`: 480 when it is a subscriber. */
  readonly unregistered: '404' | 'rfc'
  /** Digest algorithms, in the order of the challenges. */
  readonly algorithms: readonly Algorithm[]
  /** Where national numbers are dialled, ISO 3166: `AU`. */
  readonly country?: CountryCode
  /** How they are dialled there, where the country does not say enough. */
  readonly dialRules?: DialRules
  /** Blocks that it does without. */
  readonly disabledBlocks?: readonly SwitchableBlock[]
  /** What `emergency()` of the default script does; absent: nothing. */
  readonly emergency?: EmergencyNumbers
}

export type Lookup = LookupResult & {
  /** What the subscriber wants done with calls; absent when he has set nothing. */
  readonly features?: CallFeatures
}

type LookupResult =
  | { readonly type: 'found'; readonly targets: readonly Target[] }
  /** Bindings exist, and none has a live socket. */
  | { readonly type: 'unreachable' }
  /** No binding; whether the address is a subscriber is known only when it was asked for. */
  | { readonly type: 'unregistered'; readonly subscriber?: boolean }

export type Saved =
  | { readonly ok: true; readonly contacts: readonly ListedContact[]; readonly outbound: boolean }
  | Refusal

/** How a SUBSCRIBE is answered, and the NOTIFY that follows it. */
export interface Subscribed extends Objection {
  readonly toTag?: string
  readonly notify?: Frame
}

/**
 * `stale`: the digest is right and its nonce is not fresh. `rejected`: unknown user or wrong password, nobody learns which.
 * `locked`: too many wrong answers from there.
 */
export type Verdict = 'accepted' | 'stale' | 'rejected' | 'locked'

/** A source on the network that is known. */
export interface Peer {
  /** Id of its address group. */
  readonly group?: string
  /** The trunk whose Contact was called. */
  readonly trunk?: string
  /** Its calls need no digest and are for our own numbers only. */
  readonly carrier: boolean
  /** Whose subscribers have the numbers it calls. */
  readonly domain?: string
  /** Where the national numbers are from that it calls and shows. */
  readonly country?: CountryCode
  /** Who of the domain gets the calls of the trunk, whatever number it calls; absent: who has the number. */
  readonly subscriber?: string
  /** Of the entry that matched. */
  readonly tag?: string
}

/** A dispatcher set that leads to a number, and whom its carrier wants to see as the caller. */
export interface CarrierWay {
  readonly set: string
  /** Of the carrier route. */
  readonly cost?: number
  /** Of the trunk of its first destination; absent: From stays as it is. */
  readonly caller?: { readonly policy: Trunk['callerId']; readonly uri: string }
}

/** What the flow does for its script. Times are epoch milliseconds. */
export interface Services {
  readonly nowMs: number
  /** Whether the steps of a decision are logged: `route.decided`. */
  readonly traces: boolean
  readonly settings: DeploymentSettings
  /** Where the request really comes from. */
  readonly source: Source
  /** The address group or trunk that the request comes from; undefined when it is a stranger. */
  peer(): Promise<Peer | undefined>
  /** The dispatcher sets that lead to a number, E.164 with its plus, the cheapest first. */
  carrierWays(number: string): Promise<readonly CarrierWay[]>
  /** Keeps a MESSAGE until its address registers. Undefined when it is kept; otherwise why not. */
  storeMessage(aor: string, request: Request): Promise<string | undefined>
  /** Whether the request is one too many of its source, or the source is banned. */
  isFlooding(limit: FloodLimit): Promise<boolean>
  /** Whom an alias is for, `user@domain`. */
  aliasOf(aor: string): Promise<string | undefined>
  /** The first of these addresses that is a subscriber or an alias; all are of one domain. */
  firstKnown(aors: readonly string[]): Promise<string | undefined>
  /** Whom a short code of a subscriber is for: `user@domain`, or a number with its plus. */
  speedDial(aor: string, code: string): Promise<string | undefined>
  /** What a subscriber may do in the telephone network. */
  callLimits(aor: string): Promise<CallLimits>
  /** The gateways to carriers that are connected. */
  gateways(): Promise<readonly LiveGateway[]>
  /** Digest challenges of a realm, ready for the header; none when the policy forbids all that this client knows. */
  challenges(settings: DomainSettings, userAgent: string | undefined, stale: boolean): readonly string[]
  /** Undefined when the domain is not ours. */
  domain(name: string): Promise<DomainSettings | undefined>
  /** Whether this flow has proved that it speaks for the address-of-record. */
  hasIdentity(aor: string): boolean
  /** On success the flow remembers the identity. `source`: gives the HA1 in place of the subscriber's own; undefined: nobody. */
  authenticate(
    credentials: Credentials,
    method: string,
    aor: string,
    source?: () => Promise<string | undefined>,
  ): Promise<Verdict>
  lookup(aor: string, options: { readonly subscriber: boolean }): Promise<Lookup>
  save(aor: string, request: Request): Promise<Saved>
  /** A SUBSCRIBE of a proved address to the dialog state of another one. */
  subscribe(aor: string, watcher: string, request: Request): Promise<Subscribed>
  loops(request: Request): boolean
  /** What a relayed INVITE has kept for the requests of its dialog. */
  dialogState(token: DialogToken | undefined): Promise<Json | undefined>
  /** What all requests share. */
  readonly shared: SharedRows
  /** A fresh identifier: letters, digits, `-` and `_`. */
  random(): string
  log(event: string, details: Readonly<Record<string, unknown>>): void
  /** Somebody should look at this: a log line, and a request to who wants to know, once a minute for one subject. Nothing waits for it. */
  alert(alert: Omit<Alert, 'at'>): void
}
