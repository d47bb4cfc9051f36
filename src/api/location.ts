import type { CallFeatures } from '../sip/proxy/call-features'
import type { BindingView } from '../sip/registrar/bindings'
import type { SubscriberKey } from '../store/subscribers'
import { callAgain } from './object-call'

/** The calls that the API makes to a LocationObject. */
interface Location {
  subscriberChanged(): Promise<void>
  setFeatures(features: CallFeatures): Promise<void>
  describe(): Promise<BindingView[]>
  describeMessages(): Promise<WaitingMessage[]>
  clearMessages(): Promise<void>
  unbind(contact: string | undefined): Promise<number>
  phoneGone(token: string): Promise<number>
}

/** A message that waits; times are epoch ms. */
interface WaitingMessage {
  readonly id: string
  readonly from: string
  readonly contentType: string
  readonly size: number
  readonly at: number
  readonly expiresAt: number
}

export function describeMessages(env: Env, key: SubscriberKey): Promise<WaitingMessage[]> {
  return callLocation(env, key, (location) => location.describeMessages())
}

export async function clearMessages(env: Env, key: SubscriberKey): Promise<void> {
  await callLocation(env, key, (location) => location.clearMessages())
}

export function describeBindings(env: Env, key: SubscriberKey): Promise<BindingView[]> {
  return callLocation(env, key, (location) => location.describe())
}

/** Removes the bindings with a Contact URI, or all. Answers how many there were. */
export function unbind(env: Env, key: SubscriberKey, contact: string | undefined): Promise<number> {
  return callLocation(env, key, (location) => location.unbind(contact))
}

/** Drops what the location and its flows remember of a subscriber, so that a change holds when the API answers. */
export async function tellSubscriberChanged(env: Env, key: SubscriberKey): Promise<void> {
  await callLocation(env, key, (location) => location.subscriberChanged())
}

/** What a subscriber wants done with calls holds for the next one when this returns. */
export async function tellFeatures(env: Env, key: SubscriberKey, features: CallFeatures): Promise<void> {
  await callLocation(env, key, (location) => location.setFeatures(features))
}

/** A phone behind a gateway answers no more. */
export async function tellPhoneGone(env: Env, key: SubscriberKey, token: string): Promise<void> {
  await callLocation(env, key, (location) => location.phoneGone(token))
}

function callLocation<T>(env: Env, key: SubscriberKey, call: (location: Location) => Promise<T>): Promise<T> {
  return callAgain(
    // Platform: a stub stays broken once it has thrown, so each attempt makes a new one (2026-11).
    () => call(env.LOCATION.getByName(`${key.username}@${key.domain}`) as unknown as Location),
    'The location of this subscriber did not answer: repeat the request.',
  )
}
