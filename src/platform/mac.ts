import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** 22 characters of base64url are 132 bits: more than the half of a SHA-256 that RFC 2104 §5 asks for, and short in a Via. */
const MAC_CHARACTERS = 22

/** HMAC-SHA256 under one secret, truncated to 22 characters of base64url. Synchronous. */
export function keyedMac(secret: string): (text: string) => string {
  const key = keyOf(secret)
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('base64url').slice(0, MAC_CHARACTERS)
}

/** A deployment has one secret; making its key anew for each socket and call would cost as much as a hash. */
let last: { readonly secret: string; readonly key: KeyObject } | undefined

function keyOf(secret: string): KeyObject {
  if (last?.secret !== secret) last = { secret, key: createSecretKey(secret, 'utf8') }
  return last.key
}
