import { parseNameAddress } from '../message/name-address'
import { parseUri } from '../message/uri'
import type { FlowAddress } from '../outbound/flow-address'
import { instanceOf } from '../outbound/instance'
import type { Target } from '../proxy/target'
import { type Binding, isAlive } from './binding'

/** Bindings whose phone is connected. */
export function attached(bindings: readonly Binding[], nowMs: number): Binding[] {
  return bindings.filter((b) => b.detachedAtMs === undefined && isAlive(b, nowMs))
}

/**
 * One target for each connected phone. `isWatched`: whoever relays to them tells the address what becomes of the call. RFC 5626 §5.3: two flows of one instance are one target, the newer one.
 */
export function targetsOf(aor: string, bindings: readonly Binding[], isWatched = false): Target[] {
  const newestFirst = bindings
    .filter((b) => b.detachedAtMs === undefined)
    .toSorted((a, b) => b.updatedAtMs - a.updatedAtMs)
  const instances = new Set<string>()
  return newestFirst.flatMap((b) => {
    const instance = instanceOf(b)
    if (instance !== undefined && instances.has(instance)) return []
    if (instance !== undefined) instances.add(instance)
    const { uri, flow, transport, path, q } = b
    // Whoever answers through a gateway is known by its flow alone, which is the same after a reconnect.
    const phone = instance === undefined || b.exact ? {} : { instance }
    const watched = isWatched ? ({ watched: true } as const) : {}
    return { uri, flow, transport, path, q, binding: { aor, key: b.key, ...phone, ...watched } }
  })
}

/**
 * A socket has closed. Only the binding that is still on that flow is touched: the close of an old socket may come after
 * its phone is back on a new one.
 */
export function detach(
  bindings: readonly Binding[],
  closed: { readonly flow: FlowAddress; readonly key: string; readonly expiresAtMs: number },
  nowMs: number,
): Binding[] {
  return bindings.map((b) =>
    b.key === closed.key && b.flow === closed.flow ? { ...b, detachedAtMs: nowMs, expiresAtMs: closed.expiresAtMs } : b,
  )
}

/** A flow that vanished without a close: nobody knows how far it had refreshed, so what was granted last counts. */
export function lapse(
  bindings: readonly Binding[],
  gone: { readonly flow: FlowAddress; readonly key: string },
  nowMs: number,
): Binding[] {
  return bindings.map((b) =>
    b.key === gone.key && b.flow === gone.flow
      ? { ...b, detachedAtMs: nowMs, expiresAtMs: Math.max(b.expiresAtMs, nowMs + b.grantedSeconds * 1_000) }
      : b,
  )
}

/**
 * A flow has said that a registration ran out there. A REGISTER may have come in the meantime: what is still good by our
 * own clock stays.
 */
export function expire(
  bindings: readonly Binding[],
  expired: { readonly flow: FlowAddress; readonly key: string },
  nowMs: number,
): Binding[] {
  return bindings.filter((b) => b.key !== expired.key || b.flow !== expired.flow || b.expiresAtMs > nowMs)
}

/** Without those whose Path (RFC 3327) leads through a URI with this user part, which is the token of a phone at its edge. */
export function withoutPath(bindings: readonly Binding[], token: string): Binding[] {
  return bindings.filter((b) => !b.path.some((value) => parseUri(parseNameAddress(value)?.uri ?? '')?.user === token))
}

/** Whether other flows have to know: a plain refresh changes nothing for them. */
export function isNews(before: readonly Binding[], after: readonly Binding[]): boolean {
  const facts = (bindings: readonly Binding[]) =>
    bindings
      .map((b) => `${b.key} ${b.flow} ${b.contact}`)
      .sort()
      .join('\n')
  return facts(before) !== facts(after)
}

/** A binding for people to look at. */
export interface BindingView {
  readonly contact: string
  readonly instance?: string
  readonly regId?: number
  readonly q: number
  readonly callId: string
  readonly cSeq: number
  readonly path: readonly string[]
  readonly userAgent?: string
  readonly received: { readonly transport: 'WS' | 'WSS'; readonly address: string }
  readonly flow: FlowAddress
  readonly state: 'connected' | 'detached'
  /** Epoch ms. */
  readonly expiresAt: number
  /** Epoch seconds. */
  readonly lastModified: number
}

export function viewOf(binding: Binding, expiresAtMs: number): BindingView {
  const { uri, instance, regId, q, callId, cSeq, path, userAgent, transport, source, flow } = binding
  return {
    contact: uri,
    ...(instance === undefined ? {} : { instance }),
    ...(regId === undefined ? {} : { regId }),
    q,
    callId,
    cSeq,
    path,
    ...(userAgent === undefined ? {} : { userAgent }),
    received: { transport, address: source },
    flow,
    state: binding.detachedAtMs === undefined ? 'connected' : 'detached',
    expiresAt: expiresAtMs,
    lastModified: Math.floor(binding.updatedAtMs / 1_000),
  }
}
