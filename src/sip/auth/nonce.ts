import type { Mac } from './algorithm'
import { equalInConstantTime } from './constant-time'

/** How long a nonce is good. An older one is answered with `stale=true`, so no user notices. */
export const NONCE_LIFETIME_MS = 5 * 60 * 1000
/** Characters of the MAC that go into a nonce: 132 bits. */
const MAC_LENGTH = 22

const NONCE = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})$/

export interface NonceInput {
  readonly nowMs: number
  /** Fresh randomness, in letters, digits, "-" and "_". */
  readonly random: string
  readonly realm: string
}

/** A nonce that says when it was made and proves that we made it: nothing has to remember it. */
export function mintNonce({ nowMs, random, realm }: NonceInput, mac: Mac): string {
  const issued = nowMs.toString(36)
  const nonce = `${issued}.${random}.${seal(issued, random, realm, mac)}`
  if (!NONCE.test(nonce)) throw new Error('a nonce needs a whole number of milliseconds and base64url randomness')
  return nonce
}

/** Foreign: not ours, of another realm or forged; the client starts over. Expired: ours, answered with `stale=true`. */
export function checkNonce(
  nonce: string,
  { nowMs, realm }: Omit<NonceInput, 'random'>,
  mac: Mac,
): 'fresh' | 'expired' | 'foreign' {
  const [, issued, random, sealed] = NONCE.exec(nonce) ?? []
  if (!issued || !random || !sealed) return 'foreign'
  if (!equalInConstantTime(sealed, seal(issued, random, realm, mac))) return 'foreign'
  // The clock of the machine that made it may be a little ahead: a nonce from the future is fresh.
  return nowMs - Number.parseInt(issued, 36) > NONCE_LIFETIME_MS ? 'expired' : 'fresh'
}

/** When a nonce of ours was made. */
export function issuedAtMs(nonce: string): number {
  return Number.parseInt(nonce, 36) || 0
}

/** The realm goes last: it is the only part that could hold the separator. */
function seal(issued: string, random: string, realm: string, mac: Mac): string {
  return mac(`nonce.${issued}.${random}.${realm}`).slice(0, MAC_LENGTH)
}
