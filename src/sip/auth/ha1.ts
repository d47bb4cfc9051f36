import type { Algorithm, Hash } from './algorithm'

/** RFC 7616 §3.4.2: what a registrar stores in place of a password, good for one realm and one algorithm. */
export function ha1(hash: Hash, algorithm: Algorithm, username: string, realm: string, password: string): string {
  return hash(algorithm, `${username}:${realm}:${password}`)
}
