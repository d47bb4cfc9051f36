import { randomBytes } from 'node:crypto'

/** Random bytes as base64url; 8 bytes (11 characters) are enough for tags, branches and nonces that also carry a MAC. */
export function randomToken(bytes = 8): string {
  return randomBytes(bytes).toString('base64url')
}
