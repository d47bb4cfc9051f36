/** The public scripting API. */
export { Context, type Party, type RelayTimes, type RespondOptions } from './context'
export type { Decision } from './decision'
export { type Block, Router } from './router'
export type { DomainSettings, Lookup } from './services'
export { SipError } from './sip-error'
export { byQ, parallel, serial } from './targets'
