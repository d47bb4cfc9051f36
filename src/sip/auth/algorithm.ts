/** Digest algorithms of RFC 8760 that we speak: MD5 for the browsers, SHA-256 for the rest. */
export type Algorithm = 'MD5' | 'SHA-256'

/** The digest of a text (as UTF-8), in lower-case hex. Handed in, since pure code reaches no crypto library. */
export type Hash = (algorithm: Algorithm, text: string) => string

/** A keyed digest of a text, in base64url without padding: HMAC-SHA-256 with a secret of the deployment. */
export type Mac = (text: string) => string

/** The algorithm a peer names; MD5 when it names none (RFC 7616 §3.3), undefined when we do not speak it. */
export function parseAlgorithm(text: string | undefined): Algorithm | undefined {
  const name = text?.toUpperCase() ?? 'MD5'
  return name === 'MD5' || name === 'SHA-256' ? name : undefined
}
