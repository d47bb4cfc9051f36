import type { Block, FailureContext, Lookup, Router } from '../routing'
import { prependHeader } from '../sip/message/edit'
import {
  type CallFeatures,
  diversion,
  type ForwardReason,
  type Forwards,
  MAX_FORWARDINGS,
  reasonAfter,
} from '../sip/proxy/call-features'
import type { Json } from '../sip/proxy/response-context'

/** A call on its way from one address-of-record to the next. */
interface Journey {
  readonly aor: string
  /** Diversion values, newest first (RFC 5806 §5.1). */
  readonly diversions: readonly string[]
  /** Everybody who was called: nobody is called twice. */
  readonly called: readonly string[]
  /** What the one who is called now wants done. */
  readonly forward: Forwards
}

type Destination =
  | { readonly type: 'ring'; readonly found: Lookup & { type: 'found' }; readonly ringSeconds?: number }
  | { readonly type: 'nobody'; readonly status: 480 | 486 }

type Ask = (aor: string) => Promise<Lookup>

/**
 * What subscribers want done with their calls (`/v1/subscribers/{aor}/features`): do-not-disturb (486 before anything
 * rings), ring time, and forwarding always, when busy, unanswered or unreachable, each time with a Diversion header
 * (RFC 5806), at most five times, never back to somebody who was called before. A call to a subscriber who has set
 * nothing goes on to the next block. Declares the routes it needs on the script, so it is given the script.
 *
 * @example
 * sip.invite(callFeatures(sip))
 * sip.use(location())
 */
export function callFeatures(sip: Router): Block {
  const onBranch = sip.branch('call-features', (c) => {
    const { diversions } = journeyOf(c.state)
    c.request = diversions
      .toReversed()
      .reduce((request, value) => prependHeader(request, 'Diversion', value), c.request)
  })
  const onFailure = sip.failure('call-features', async (c: FailureContext) => {
    const reason = reasonAfter(c.best.status)
    const next = reason && onwards(journeyOf(c.state), reason)
    if (!next) return
    const { destination, journey } = await follow(next, (aor) => c.location.lookup(aor))
    return destination.type === 'nobody'
      ? c.respond(destination.status)
      : c.relay([destination.found.targets], { ...ring(destination), onBranch, onFailure, state: stored(journey) })
  })
  return async function callFeatures(c) {
    const { callee } = c
    if (!callee?.user || c.inDialog || !(await c.services.domain(callee.domain))) return
    const first = await c.location.lookup()
    if (!first.features) return
    const start = { aor: callee.aor, diversions: [], called: [callee.aor], forward: {} }
    const ask: Ask = async (aor) => (aor === callee.aor ? first : c.services.lookup(aor, { subscriber: false }))
    const { destination, journey } = await follow(start, ask)
    if (destination.type === 'nobody') return c.respond(destination.status)
    return c.relay([destination.found.targets], {
      ...ring(destination),
      onBranch,
      onFailure,
      state: stored(journey),
    })
  }
}

/** Goes from address to address until somebody can be rung. */
async function follow(from: Journey, ask: Ask): Promise<{ destination: Destination; journey: Journey }> {
  for (let journey = from; ; ) {
    const found = await ask(journey.aor)
    const features: CallFeatures = found.features ?? {}
    journey = { ...journey, forward: features.forward ?? {} }
    const next = reasonsBefore(features, found)
      .map((reason) => onwards(journey, reason))
      .find((onward) => onward !== undefined)
    if (next) journey = next
    else return { destination: destinationOf(found, features), journey }
  }
}

/** Why a call does not even ring here. */
function reasonsBefore(features: CallFeatures, found: Lookup): ForwardReason[] {
  const busy: ForwardReason[] = features.doNotDisturb ? ['busy'] : []
  const unreachable: ForwardReason[] = found.type === 'found' ? [] : ['unreachable']
  return ['always', ...busy, ...unreachable]
}

function destinationOf(found: Lookup, { doNotDisturb, ringSeconds }: CallFeatures): Destination {
  if (doNotDisturb) return { type: 'nobody', status: 486 }
  if (found.type !== 'found') return { type: 'nobody', status: 480 }
  return { type: 'ring', found, ...(ringSeconds === undefined ? {} : { ringSeconds }) }
}

/** The call goes on; undefined when nobody is set, he was called before, or it has gone far enough. */
function onwards({ aor, diversions, called, forward }: Journey, reason: ForwardReason): Journey | undefined {
  const next = forward[reason]
  if (next === undefined || called.includes(next) || called.length > MAX_FORWARDINGS) return undefined
  return { aor: next, diversions: [diversion(aor, reason), ...diversions], called: [...called, next], forward: {} }
}

function ring({ ringSeconds }: Destination & { type: 'ring' }) {
  return ringSeconds === undefined ? {} : { ringFor: { seconds: ringSeconds } }
}

function stored(journey: Journey): Json {
  return journey as unknown as Json
}

function journeyOf(state: Json): Journey {
  return state as unknown as Journey
}
