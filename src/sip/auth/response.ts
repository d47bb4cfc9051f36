import type { Algorithm, Hash } from './algorithm'

/** What both sides hash, as it stands in the header. */
export interface DigestInput {
  readonly algorithm: Algorithm
  readonly ha1: string
  readonly nonce: string
  readonly method: string
  readonly uri: string
  /** Absent for a peer of RFC 2069, which knows no qop. */
  readonly protection?: { readonly qop: string; readonly nc: string; readonly cnonce: string }
}

/** RFC 7616 §3.4.1 for qop "auth", and RFC 2069 without. */
export function digestResponse(hash: Hash, { algorithm, ha1, nonce, method, uri, protection }: DigestInput): string {
  const ha2 = hash(algorithm, `${method}:${uri}`)
  if (!protection) return hash(algorithm, `${ha1}:${nonce}:${ha2}`)
  const { nc, cnonce, qop } = protection
  return hash(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`)
}
