/** The public scripting API. */

export { DEFAULT_FLOOD_LIMIT, type FloodLimit } from '../sip/transport/flood-limiter'
export { Context, type RespondOptions } from './context'
export type { Decision } from './decision'
export { HeaderEdits } from './headers'
export {
  BranchContext,
  type BranchRoute,
  FailureContext,
  type FailureRoute,
  isFailover,
  ReplyContext,
  type ReplyRoute,
  type ResultRoute,
} from './later-routes'
export type { Party } from './party'
export { MAX_STATE_LENGTH, type RelayTimes } from './relay-options'
export { type AnyBlock, type Block, Router } from './router'
export { MAX_SENDS, ResultContext, type SendOptions, type SendOrder } from './send'
export type { CarrierWay, DomainSettings, Lookup, Peer } from './services'
export { SessionDescription } from './session-description'
export { MAX_SHARED_KEY, MAX_SHARED_VALUE, MAX_TTL_SECONDS, SharedStore, type TimeToLive } from './shared'
export { SipError } from './sip-error'
export { switchable } from './switchable'
export { byQ, parallel, serial } from './targets'
export { fromBase64, md5, messageText, sha256, toBase64, uriParameter } from './transformations'
