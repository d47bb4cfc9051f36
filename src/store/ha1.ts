import { hash } from '../platform/hash'
import type { Algorithm } from '../sip/auth/algorithm'
import { ha1 } from '../sip/auth/ha1'
import type { Subscriber } from './schema'

/** RFC 7616 §3.4.2: what a digest proves, for the realm that is the domain. It can't be turned back into the password. */
export function ha1Of(username: string, realm: string, password: string): Pick<Subscriber, 'ha1Md5' | 'ha1Sha256'> {
  const of = (algorithm: Algorithm) => ha1(hash, algorithm, username, realm, password)
  return { ha1Md5: of('MD5'), ha1Sha256: of('SHA-256') }
}
