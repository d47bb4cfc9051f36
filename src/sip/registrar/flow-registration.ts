import type { FlowRegistration, OtherBinding } from '../outbound/flow-state'
import type { Binding } from './binding'

/** What the flow of a binding remembers of it, so that it can answer its refreshes. */
export function flowRegistration(
  aor: string,
  binding: Binding,
  all: readonly Binding[],
  outbound: boolean,
): FlowRegistration {
  return {
    aor,
    key: binding.key,
    uri: binding.uri,
    contact: binding.contact,
    ...(binding.instance === undefined ? {} : { instance: binding.instance }),
    outbound,
    callId: binding.callId,
    cSeq: binding.cSeq,
    expiresAtMs: binding.expiresAtMs,
    toldAtMs: binding.updatedAtMs,
    others: othersOf(binding, all),
  }
}

/** A binding as a 200 lists it. */
export function listed(binding: Binding): OtherBinding {
  const { contact, expiresAtMs, grantedSeconds } = binding
  return { contact, expiresAtMs, grantedSeconds, ...(binding.detachedAtMs === undefined ? {} : { detached: true }) }
}

/** The other bindings of the same address. */
export function othersOf(binding: Binding, all: readonly Binding[]): OtherBinding[] {
  return all.filter((b) => b.key !== binding.key).map((b) => listed(b))
}
