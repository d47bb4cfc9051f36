import { remembering } from '../sip/message/remembering'
import { type FlowAddress, splitFlowAddress } from '../sip/outbound/flow-address'
import type { AlertsObject } from './alerts-object'
import type { CallsObject } from './calls-object'
import type { FlowObject } from './flow-object'
import type { GatewaysObject } from './gateways-object'
import type { LocationObject } from './location-object'
import type { SharedObject } from './shared-object'

/** An object id in a token: 43 characters of base64url instead of 64 of hex. */
export function compactId(id: DurableObjectId): string {
  return Buffer.from(id.toString(), 'hex').toString('base64url')
}

function expandId(compact: string): string {
  return Buffer.from(compact, 'base64url').toString('hex')
}

/**
 * The methods of an object as its callers see them: what they give and take is plain data, so the types are the same on
 * both sides.
 */
type Remote<T> = {
  [K in keyof T as T[K] extends (...args: never[]) => Promise<unknown> ? K : never]: T[K]
}

export type FlowCalls = Remote<FlowObject>

export interface FlowStub {
  readonly stub: FlowCalls
  readonly tag: string
}

/** Throws when the address was not made by us; addresses come only from sealed tokens and our own rows. */
export function flowStub(env: Env, address: FlowAddress): FlowStub {
  const { object, tag } = splitFlowAddress(address)
  const stub = env.FLOW.get(idIn(env.FLOW)(object))
  return { stub: stub as unknown as FlowCalls, tag }
}

/** A call names the same two objects in each of its messages. */
const knownIds = new WeakMap<object, (compact: string) => DurableObjectId>()

function idIn(namespace: Env['FLOW']): (compact: string) => DurableObjectId {
  const known = knownIds.get(namespace) ?? remembering((compact) => namespace.idFromString(expandId(compact)))
  knownIds.set(namespace, known)
  return known
}

/** The one object that knows the gateways. */
export function gatewaysStub(env: Env): Remote<GatewaysObject> {
  return env.GATEWAYS.getByName('gateways') as unknown as Remote<GatewaysObject>
}

/** One of the objects that keep what calls were. */
export function callsStub(env: Env, name: string): Remote<CallsObject> {
  return env.CALLS.getByName(name) as unknown as Remote<CallsObject>
}

/** One of the objects that hold the shared store. */
export function sharedStub(env: Env, name: string): Remote<SharedObject> {
  return env.SHARED.getByName(name) as unknown as Remote<SharedObject>
}

/** The list of sources that are banned, with the time until when as value. */
export function bansStub(env: Env): Remote<SharedObject> {
  return sharedStub(env, 'bans')
}

/** What sends alerts to one receiver. */
export function alertsStub(env: Env, name: string): Remote<AlertsObject> {
  return env.ALERTS.getByName(name) as unknown as Remote<AlertsObject>
}

export function locationStub(env: Env, aor: string): Remote<LocationObject> {
  return env.LOCATION.getByName(aor) as unknown as Remote<LocationObject>
}
