import { hash } from '../platform/hash'
import type { Message } from '../sip/message/message'
import { parameter } from '../sip/message/parameters'
import { serialize } from '../sip/message/serialize'
import { parseUri } from '../sip/message/uri'

/** `{s.md5}`: MD5 of the UTF-8 text, in lower-case hex. */
export function md5(text: string): string {
  return hash('MD5', text)
}

/** `{s.sha256}`: SHA-256 of the UTF-8 text, in lower-case hex. */
export function sha256(text: string): string {
  return hash('SHA-256', text)
}

/** `{s.encode.base64}` of the UTF-8 text. */
export function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

/** `{s.decode.base64}`; undefined when it is no base64 of UTF-8. */
export function fromBase64(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** `{uri.param,name}`: a parameter of a SIP URI; empty when it has no value, undefined when there is none or it is no SIP URI. */
export function uriParameter(uri: string, name: string): string | undefined {
  const parsed = parseUri(uri)
  return parsed && parameter(parsed.parameters, name.toLowerCase())
}

/** `$mb`: the message as it would be written now. */
export function messageText(message: Message): string {
  return serialize(message)
}
