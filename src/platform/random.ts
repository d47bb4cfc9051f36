import { randomBytes } from 'node:crypto'

const POOL_BYTES = 1_024

/** Random bytes that nobody has seen: drawing many at once costs as much as drawing a few. */
let pool = Buffer.alloc(0)
let used = 0

/** Random bytes as base64url; 8 bytes (11 characters) are enough for tags, branches and nonces that also carry a MAC. */
export function randomToken(bytes = 8): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(Math.max(POOL_BYTES, bytes))
    used = 0
  }
  used += bytes
  return pool.toString('base64url', used - bytes, used)
}
