import { issuedAtMs } from './nonce'

/** Nonces remembered per flow. The browsers take a new one for each request, so this is a window of requests. */
export const MAX_NONCE_COUNTS = 16
/** The same on the link of a gateway, which carries many phones. */
export const MAX_NONCE_COUNTS_ON_LINK = 2_000
/** Characters of a nonce that are kept: the end of its MAC tells nonces apart. */
const KEPT_LENGTH = 8
/** What a peer without qop uses up: RFC 2069 has no count, so its nonce is good for one request. */
const USED_UP = 0xffff_ffff

export interface NonceCount {
  /** The last characters of the nonce. */
  readonly nonce: string
  /** The highest count accepted. */
  readonly nc: number
  /** When the nonce was made; absent in what an older build has kept. */
  readonly issuedMs?: number
}

/** What is remembered of the nonces of one flow. */
export interface NonceWindow {
  readonly nonceCounts: readonly NonceCount[]
  /** Of those made until then some are forgotten: one that is not remembered may have been used. */
  readonly noncesAfterMs?: number
}

/**
 * RFC 7616 §3.4.5: a count that does not rise is a replay, and so may be a nonce from a time of which nonces are forgotten: both are
 * `stale`, so no user notices. Takes `nonce` and `nc` as in the credentials, after the nonce and the response proved right, so that
 * nobody else's guesses use up a count. Undefined: not accepted, and nothing has changed.
 */
export function acceptNonceCount(
  { nonceCounts, noncesAfterMs = 0 }: NonceWindow,
  nonce: string,
  nc: string | undefined,
  room = MAX_NONCE_COUNTS,
): NonceWindow | undefined {
  const kept = nonce.slice(-KEPT_LENGTH)
  const next = parseNonceCount(nc)
  const known = nonceCounts.find((count) => count.nonce === kept)
  const issuedMs = issuedAtMs(nonce)
  if (next === undefined || next <= (known?.nc ?? 0)) return undefined
  if (!known && issuedMs <= noncesAfterMs) return undefined
  const others = nonceCounts.filter((count) => count !== known)
  return withRoom({ nonceCounts: [...others, { nonce: kept, nc: next, issuedMs }], noncesAfterMs }, room)
}

/** Forgets the oldest, and remembers that. */
export function withRoom({ nonceCounts, noncesAfterMs }: NonceWindow, room: number): NonceWindow {
  const forgotten = nonceCounts.slice(0, Math.max(0, nonceCounts.length - room))
  const afterMs = Math.max(noncesAfterMs ?? 0, ...forgotten.map(({ issuedMs = 0 }) => issuedMs))
  return { nonceCounts: nonceCounts.slice(forgotten.length), ...(afterMs > 0 ? { noncesAfterMs: afterMs } : {}) }
}

function parseNonceCount(nc: string | undefined): number | undefined {
  if (nc === undefined) return USED_UP
  return /^[0-9A-Fa-f]{8}$/.test(nc) ? Number.parseInt(nc, 16) : undefined
}
