import type { DeploymentSettings } from '../platform/deployment'
import type { Json, RelayOptions } from '../sip/proxy/response-context'
import type { BranchRoute, FailureRoute, ReplyRoute } from './later-routes'

/** Longest state of one relay, in characters of JSON: it is stored with the transaction. */
export const MAX_STATE_LENGTH = 4_000

export interface RelayTimes<State = Json> {
  /** How long a group may ring before the next one is tried. Default: until the caller gives up, at most Timer C. */
  readonly ringFor?: { readonly seconds: number }
  /** How long a target may stay silent. Default 32 s (Timer B). */
  readonly noResponseFor?: { readonly seconds: number }
  /**
   * What a redirection (3xx) of a target means. `relay`: it is the answer for the caller, as any other. `recurse`: its Contacts
   * are tried, the most preferred first, as far as they are addresses of ours; without any it goes to the caller. `block`: the
   * target counts as unreachable (480). Default: what the deployment says (`REDIRECTIONS`), which is `relay`.
   */
  readonly on3xx?: 'relay' | 'recurse' | 'block'
  /**
   * Final statuses after which the next group is tried, beside targets that can't be reached: for carriers, whose 404 or 486
   * is an answer. Default: after every failure but a 6xx.
   */
  readonly failover?: readonly number[]
  /** Reason phrase of our 100 to an INVITE. Default: `Trying`. */
  readonly trying?: string
  /** At most so many calls of this identity at once, over all its phones; one more is refused 503 with Retry-After. */
  readonly concurrentCalls?: number
  /**
   * What calls of this identity may cost on a day of UTC, over all its phones, at the `cost` of their targets a minute; the next call is
   * refused 503 with Retry-After at midnight. Calls without a cost are free.
   */
  readonly spendPerDay?: number
  /** Asked once when all targets have failed, before the caller hears of it; never after a CANCEL or a 6xx. */
  readonly onFailure?: FailureRoute<State>
  /** Sees every response of this request on its way to the caller, 100 excepted. */
  readonly onReply?: ReplyRoute<State>
  /** Sees the request to each target. */
  readonly onBranch?: BranchRoute<State>
  /** What the routes above remember of this one: JSON, at most 4,000 characters. Gone in later requests (ACK, BYE). */
  readonly state?: State
  /** What requests inside the dialog of this call read (`c.dialog()`) until its BYE: JSON, at most 4,000 characters. Default: nothing. */
  readonly dialog?: Json
}

/** What is stored of it: routes by their names. */
export function relayOptions<State>(times: RelayTimes<State>, { redirections }: DeploymentSettings): RelayOptions {
  const { failover, ringFor, noResponseFor, onFailure, onReply, onBranch, state } = times
  const on3xx = times.on3xx ?? redirections
  return {
    ...(ringFor ? { ringForMs: ringFor.seconds * 1_000 } : {}),
    ...(noResponseFor ? { noResponseMs: noResponseFor.seconds * 1_000 } : {}),
    ...(failover ? { failover } : {}),
    ...(on3xx === 'relay' ? {} : { on3xx }),
    ...(onFailure ? { onFailure: onFailure.name } : {}),
    ...(onReply ? { onReply: onReply.name } : {}),
    ...(onBranch ? { onBranch: onBranch.name } : {}),
    ...storedState(state),
  }
}

/** What later routes remember, as it is stored. */
export function storedState<State>(state: State | undefined): { readonly state?: Json } {
  return state === undefined ? {} : { state: storable(state, 'state') }
}

/** Throws when it is longer than may be stored with a transaction. */
export function storable(value: unknown, name: string): Json {
  const { length } = JSON.stringify(value)
  if (length > MAX_STATE_LENGTH) throw new Error(`${name} has ${length} characters, ${MAX_STATE_LENGTH} are allowed`)
  return value as Json
}
