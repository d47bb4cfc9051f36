/** Nonces remembered per flow. The browsers take a new one for each request, so this is a window of requests. */
export const MAX_NONCE_COUNTS = 16
/** Characters of a nonce that are kept: the end of its MAC tells nonces apart. */
const KEPT_LENGTH = 8
/** What a peer without qop uses up: RFC 2069 has no count, so its nonce is good for one request. */
const USED_UP = 0xffff_ffff

export interface NonceCount {
  /** The last characters of the nonce. */
  readonly nonce: string
  /** The highest count accepted. */
  readonly nc: number
}

/**
 * RFC 7616 §3.4.5: a count that does not rise is a replay. Takes `nonce` and `nc` as in the credentials, after the
 * nonce and the response proved right, so that nobody else's guesses use up a count. The oldest nonce is forgotten.
 */
export function acceptNonceCount(
  counts: readonly NonceCount[],
  nonce: string,
  nc: string | undefined,
): { readonly accepted: boolean; readonly counts: readonly NonceCount[] } {
  const kept = nonce.slice(-KEPT_LENGTH)
  const next = parseNonceCount(nc)
  const last = counts.find((count) => count.nonce === kept)?.nc ?? 0
  if (next === undefined || next <= last) return { accepted: false, counts }
  const others = counts.filter((count) => count.nonce !== kept)
  return { accepted: true, counts: [...others, { nonce: kept, nc: next }].slice(-MAX_NONCE_COUNTS) }
}

function parseNonceCount(nc: string | undefined): number | undefined {
  if (nc === undefined) return USED_UP
  return /^[0-9A-Fa-f]{8}$/.test(nc) ? Number.parseInt(nc, 16) : undefined
}
