import { hash } from '../platform/hash'
import type { Subscriber } from './schema'

/** RFC 7616 §3.4.2: what a digest proves, for the realm that is the domain. It can't be turned back into the password. */
export function ha1Of(username: string, realm: string, password: string): Pick<Subscriber, 'ha1Md5' | 'ha1Sha256'> {
  const secret = `${username}:${realm}:${password}`
  return { ha1Md5: hash('MD5', secret), ha1Sha256: hash('SHA-256', secret) }
}
