import type { CallerReplacement } from './caller'

/** Longest replacement: it rides in the Record-Route of its dialog and in our Via, twice as long in hex. */
export const MAX_REPLACEMENT_BYTES = 300

const utf8 = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A replacement as hex, which nobody on the way rewrites: it is part of a user part and of a branch. Throws when it is too long. */
export function formatReplacement({ original, replaced }: CallerReplacement): string {
  const bytes = utf8.encode(JSON.stringify([original.uri, original.display, replaced.uri, replaced.display]))
  if (bytes.length > MAX_REPLACEMENT_BYTES)
    throw new Error(`caller and his replacement have ${bytes.length} bytes, ${MAX_REPLACEMENT_BYTES} are allowed`)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Undefined when it is none. Who wrote it is proved by the token it is in. */
export function parseReplacement(hex: string): CallerReplacement | undefined {
  try {
    const bytes = Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16))
    const [uri, display, replacedUri, replacedDisplay] = JSON.parse(strict.decode(bytes)) as (string | null)[]
    if (typeof uri !== 'string' || typeof replacedUri !== 'string') return undefined
    return {
      original: { uri, ...(typeof display === 'string' ? { display } : {}) },
      replaced: { uri: replacedUri, ...(typeof replacedDisplay === 'string' ? { display: replacedDisplay } : {}) },
    }
  } catch {
    return undefined
  }
}
