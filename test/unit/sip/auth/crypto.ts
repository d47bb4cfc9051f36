import { createHash, createHmac } from 'node:crypto'
import type { Hash, Mac } from '../../../../src/sip/auth/algorithm'

/** The real thing, as the objects and the gateway hand it to the pure code. */
export const hash: Hash = (algorithm, text) =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')

export const macWith =
  (secret: string): Mac =>
  (text) =>
    createHmac('sha256', secret).update(text).digest('base64url')
