import type { Mac } from '../auth/algorithm'
import { makeRequest } from '../message/make-request'
import type { Request } from '../message/message'
import type { FlowAddress } from '../outbound/flow-address'
import { flowPeer, formatBranchToken, instancePeer } from '../outbound/tokens'
import { viaFor } from '../proxy/forward'
import { DIALOG_INFO, dialogInfo, type ToldDialog } from './dialog-info'
import { type Asked, EVENT_PACKAGE } from './subscribe'

/** RFC 6665 §4.1.3: why a subscription has ended. `noresource`: the watched address is no subscriber any more. */
export type EndReason = 'timeout' | 'noresource'

/** Where a SUBSCRIBE came from, and so where its NOTIFYs go. */
export interface Watcher {
  /** The address-of-record that he has proved. */
  readonly aor: string
  readonly flow: FlowAddress
  /** Of the phone that is registered there: it may come back on another socket. */
  readonly instance?: string
  readonly transport: 'WS' | 'WSS'
  /** Our host and port, for the Via of NOTIFYs. */
  readonly host: string
  /** Route values ahead of the route set: the Path of a phone behind a gateway, which knows the way through its NAT. */
  readonly path: readonly string[]
  /** Our Contact in this dialog: in-dialog requests find the watched address by it. */
  readonly contact: string
}

/** One subscription, the dialog it is in, and how far its notifications are. Plain JSON. */
export interface Subscription {
  /** Also our tag. */
  readonly id: string
  readonly watcher: Watcher
  readonly callId: string
  /** From and To of our NOTIFYs, with their tags. */
  readonly local: string
  readonly remote: string
  readonly remoteTag: string
  readonly remoteCSeq: number
  readonly target: string
  readonly routes: readonly string[]
  readonly eventId?: string
  readonly expiresAtMs: number
  /** Of the last NOTIFY. The version of its document is one less (RFC 4235 §4.1: it begins with 0, and rises by 1). */
  readonly cSeq: number
  /** The last NOTIFY did not reach him for certain: when it is tried again, and how long it was waited for this time. */
  readonly untold?: { readonly atMs: number; readonly afterMs: number }
}

/** First wait for a watcher whose socket is gone; each is twice the one before. */
export const RETRY_MS = 4_000
/** A watcher who is away for all of these waits together, about two minutes, watches no longer. */
export const LAST_RETRY_MS = 64_000

export function newSubscription(asked: Asked, watcher: Watcher, id: string, nowMs: number): Subscription {
  const { callId, from, fromTag, to } = asked
  return {
    id,
    callId,
    local: `${to};tag=${id}`,
    remote: from,
    remoteTag: fromTag,
    cSeq: 0,
    ...refreshable(asked, watcher, nowMs),
  }
}

/** RFC 6665 §4.2.1.2: a refresh may come from another place and moves the end; Event stays. */
export function refreshed(subscription: Subscription, asked: Asked, watcher: Watcher, nowMs: number): Subscription {
  const { untold: _, ...kept } = subscription
  // RFC 3261 §12.2: the route set of a dialog stays, unless its path to us does not: a new socket is another way.
  const routes = watcher.flow === subscription.watcher.flow ? subscription.routes : asked.routes
  return { ...kept, ...refreshable(asked, { ...watcher, contact: subscription.watcher.contact }, nowMs), routes }
}

function refreshable(asked: Asked, watcher: Watcher, nowMs: number) {
  const { eventId, expiresSeconds, contact, routes, cSeq } = asked
  return {
    watcher,
    remoteCSeq: cSeq,
    target: contact,
    routes,
    expiresAtMs: nowMs + expiresSeconds * 1_000,
    ...(eventId === undefined ? {} : { eventId }),
  }
}

/**
 * The NOTIFY that tells a subscription all dialogs of the address it watches (RFC 6665 §4.2.2), and the subscription after
 * it. `end`: it is the last one.
 */
export function notification(
  subscription: Subscription,
  aor: string,
  dialogs: readonly ToldDialog[],
  { nowMs, mac, end }: { readonly nowMs: number; readonly mac: Mac; readonly end?: EndReason },
): { readonly subscription: Subscription; readonly request: Request } {
  const { callId, local, remote, target, routes, eventId, expiresAtMs, watcher } = subscription
  const cSeq = subscription.cSeq + 1
  const left = Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1_000))
  const request = makeRequest({
    method: 'NOTIFY',
    uri: target,
    from: local,
    to: remote,
    callId,
    cSeq,
    via: viaFor(watcher.transport, watcher.host, branchOf(subscription, cSeq, aor, mac)),
    headers: [
      ...[...watcher.path, ...routes].map((route) => ['Route', route] as const),
      ['Contact', `<${watcher.contact}>`],
      ['Event', `${EVENT_PACKAGE}${eventId === undefined ? '' : `;id=${eventId}`}`],
      ['Subscription-State', end === undefined ? `active;expires=${left}` : `terminated;reason=${end}`],
      ['Content-Type', DIALOG_INFO],
    ],
    body: dialogInfo(aor, cSeq - 1, dialogs),
  })
  const untold = subscription.untold ?? { atMs: nowMs + RETRY_MS, afterMs: RETRY_MS }
  return { subscription: { ...subscription, cSeq, untold }, request }
}

/** The answer finds its way back to the watched address, and only from the phone that was told. */
function branchOf({ id, watcher }: Subscription, cSeq: number, aor: string, mac: Mac): string {
  const { instance, flow } = watcher
  const peer = instance === undefined ? flowPeer(flow) : instancePeer(watcher.aor, instance)
  return formatBranchToken({ kind: 'notification', aor, subscription: id, cSeq }, peer, mac)
}
