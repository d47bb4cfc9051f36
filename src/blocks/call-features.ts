import { type Block, type FailureContext, type Lookup, type Router, switchable } from '../routing'
import { type HistoryStep, withHistory } from '../sip/identity/history-info'
import { wantsNoHistory } from '../sip/identity/privacy'
import { prependHeader } from '../sip/message/edit'
import {
  type CallFeatures,
  diversion,
  type ForwardReason,
  type Forwards,
  MAX_FORWARDINGS,
  reasonAfter,
  statusOf,
} from '../sip/proxy/call-features'
import type { Json } from '../sip/proxy/response-context'

/** A call on its way from one address-of-record to the next. */
interface Journey {
  readonly aor: string
  /** Who was called before, oldest first, and why the call went on: nobody is called twice. */
  readonly steps: readonly { readonly aor: string; readonly reason: ForwardReason }[]
  /** How many targets were tried before. */
  readonly tried: number
  /** The caller does not want that to be told (RFC 7044 §10.1). */
  readonly isPrivate: boolean
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
 * (RFC 5806) and entries of History-Info (RFC 7044), which phones do not see when the caller wants `Privacy: history`; at most
 * five times, never back to somebody who was called before. A call to a subscriber who has set
 * nothing goes on to the next block. Declares the routes it needs on the script, so it is given the script.
 *
 * @example
 * sip.invite(callFeatures(sip))
 * sip.use(location())
 */
export function callFeatures(sip: Router): Block {
  const onBranch = sip.branch('call-features', (c) => {
    const { aor, steps, tried, isPrivate } = journeyOf(c.state)
    if (isPrivate && !c.target.trusted) return
    const history = steps.map((step) => historyStep(step.aor, statusOf(step.reason)))
    const diverted = steps.reduce(
      (request, step) => prependHeader(request, 'Diversion', diversion(step.aor, step.reason)),
      c.request,
    )
    c.request = withHistory(diverted, [...history, { aor }], c.target.uri, c.branch - tried)
  })
  const onFailure = sip.failure('call-features', async (c: FailureContext) => {
    const reason = reasonAfter(c.best.status)
    const next = reason && onwards(journeyOf(c.state), reason)
    if (!next) return
    const onward = { ...next, tried: c.tried.length }
    const { destination, journey } = await follow(onward, (aor) => c.location.lookup(aor))
    return destination.type === 'nobody'
      ? c.respond(destination.status)
      : c.relay([destination.found.targets], { ...ring(destination), onBranch, onFailure, state: stored(journey) })
  })
  return switchable('callFeatures', async (c) => {
    const { callee } = c
    if (!callee?.user || c.inDialog || !(await c.services.domain(callee.domain))) return
    const first = await c.location.lookup()
    if (!first.features) return c.why?.(`${callee.aor} has set nothing`)
    const start = { aor: callee.aor, steps: [], tried: 0, isPrivate: wantsNoHistory(c.request), forward: {} }
    const ask: Ask = async (aor) => (aor === callee.aor ? first : c.services.lookup(aor, { subscriber: false }))
    const { destination, journey } = await follow(start, ask)
    if (destination.type === 'nobody') return c.respond(destination.status)
    return c.relay([destination.found.targets], {
      ...ring(destination),
      onBranch,
      onFailure,
      state: stored(journey),
    })
  })
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
function onwards(journey: Journey, reason: ForwardReason): Journey | undefined {
  const { aor, steps, forward } = journey
  const next = forward[reason]
  const wasCalled = next === aor || steps.some((step) => step.aor === next)
  if (next === undefined || wasCalled || steps.length >= MAX_FORWARDINGS) return undefined
  return { ...journey, aor: next, steps: [...steps, { aor, reason }], forward: {} }
}

function historyStep(aor: string, status: number | undefined): HistoryStep {
  return status === undefined ? { aor } : { aor, status }
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
