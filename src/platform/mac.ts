import { createHmac } from 'node:crypto'

/** Half of a SHA-256 is the shortest that RFC 2104 §5 allows, and keeps Via and Route small. */
const MAC_BYTES = 16

/** HMAC-SHA256 under one secret, truncated to 16 bytes, as 22 characters of base64url. Synchronous. */
export function keyedMac(secret: string): (text: string) => string {
  return (text) =>
    createHmac('sha256', secret).update(text, 'utf8').digest().subarray(0, MAC_BYTES).toString('base64url')
}
