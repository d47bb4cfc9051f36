import type { DialogParty } from '../proxy/in-dialog'
import type { FlowState } from './flow-state'
import { instanceOf } from './instance'
import { flowPeer, instancePeer, type Peer } from './tokens'

/** Phones that one socket may have been. */
export const MAX_FORMER = 8

/** The phone of this socket as an address-of-record, should it come back on another one. */
export function partyOf(state: FlowState, aor: string | undefined): DialogParty | undefined {
  return partiesOf(state).find((party) => party.aor === aor)
}

function partiesOf(state: Pick<FlowState, 'registrations'>): DialogParty[] {
  return state.registrations.flatMap((registration) => {
    const instance = instanceOf(registration)
    return instance === undefined ? [] : [{ aor: registration.aor, instance }]
  })
}

/**
 * Keeps in mind who the socket was before a change of its registrations: a phone that unregisters, or whose subscriber changes, still
 * answers what it was asked, and hangs up its calls.
 */
export function withFormerParties(before: FlowState, after: FlowState): FlowState {
  if (before.registrations === after.registrations) return after
  const now = partiesOf(after)
  const known = [...(before.former ?? []), ...partiesOf(before)]
  const former = known.filter((party, i) => isNew(party, now) && isNew(party, known.slice(i + 1))).slice(-MAX_FORMER)
  if (former.length === 0 && !after.former) return after
  return { ...after, former }
}

function isNew({ aor, instance }: DialogParty, others: readonly DialogParty[]): boolean {
  return !others.some((other) => other.aor === aor && other.instance === instance)
}

/** Whom a response on this socket may speak for. A branch tells what was asked of whom, so that one who was it may answer. */
export function peersOf(state: FlowState): Peer[] {
  const instances = [...partiesOf(state), ...(state.former ?? [])].map((p) => instancePeer(p.aor, p.instance))
  // Most phones have one, and it is tried first.
  return [...instances, flowPeer(state.address)]
}
