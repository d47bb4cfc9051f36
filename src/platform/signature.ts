import { createHmac } from 'node:crypto'

/** HMAC-SHA256 in lower-case hex, whole. */
export function signature(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex')
}
