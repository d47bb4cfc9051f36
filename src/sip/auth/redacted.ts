/** Headers that prove the knowledge of a password (RFC 7616 §3.4, §3.5), folded ones too (RFC 3261 §7.3.1). */
const PROOF = /^(?:Proxy-)?(?:Authorization|Authentication-Info)[ \t]*:.*(?:\r?\n[ \t].*)*/gim

/** A message for people to read: without the digests, from which a password could be guessed. */
export function redacted(text: string): string {
  return text.replace(PROOF, (line) => line.replace(/\b(response|rspauth)\s*=\s*("[^"]*"|[^\s,]+)/gi, '$1="..."'))
}
