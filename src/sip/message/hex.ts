const utf8 = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 bytes of a text as hex, which nobody on the way rewrites: for user parts and branches. */
export function toHex(text: string): string {
  return Array.from(utf8.encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Undefined when it is not the hex of a text. */
export function fromHex(hex: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) return undefined
  try {
    return strict.decode(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))
  } catch {
    return undefined
  }
}
