import type { Hash } from './algorithm'
import { equalInConstantTime } from './constant-time'
import type { Credentials } from './credentials'
import { type DigestInput, digestResponse } from './response'

/**
 * Whether the credentials prove that their sender knows the password behind `ha1` (of the algorithm they name).
 * Nonce and nonce count are checked apart. Deviates from RFC 7616 §3.4.6: the digest URI need not be the Request-URI,
 * since browsers put their own spelling of it there and every proxy before us may have rewritten the Request-URI.
 */
export function verifyDigest(
  credentials: Credentials,
  { method, ha1, hash }: { readonly method: string; readonly ha1: string; readonly hash: Hash },
): boolean {
  const { algorithm, nonce, uri } = credentials
  const protection = protectionOf(credentials)
  if (uri === '' || protection === 'unusable') return false
  const expected = digestResponse(hash, { algorithm, ha1, nonce, method, uri, ...protection })
  return equalInConstantTime(expected, credentials.response.toLowerCase())
}

function protectionOf({ qop, nc, cnonce }: Credentials): Pick<DigestInput, 'protection'> | 'unusable' {
  if (qop === undefined) return {}
  if (qop.toLowerCase() !== 'auth' || nc === undefined || cnonce === undefined) return 'unusable'
  return { protection: { qop, nc, cnonce } }
}
