import { createHash } from 'node:crypto'

export type HashAlgorithm = 'MD5' | 'SHA-256'

/** The hash of the UTF-8 text, in lower-case hex. Synchronous, so that a state change needs no `await` before it. */
export function hash(algorithm: HashAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text, 'utf8')
    .digest('hex')
}
