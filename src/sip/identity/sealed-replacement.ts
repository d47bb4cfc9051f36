import { fromHex, toHex } from '../message/hex'
import { byteLength } from '../message/octets'
import type { CallerReplacement } from './caller'

/** Longest replacement: it rides in the Record-Route of its dialog and in our Via, twice as long in hex. */
export const MAX_REPLACEMENT_BYTES = 300

/** A replacement as part of a user part and of a branch. Throws when it is too long. */
export function formatReplacement({ original, replaced }: CallerReplacement): string {
  const text = JSON.stringify([original.uri, original.display, replaced.uri, replaced.display])
  const bytes = byteLength(text)
  if (bytes > MAX_REPLACEMENT_BYTES)
    throw new Error(`caller and his replacement have ${bytes} bytes, ${MAX_REPLACEMENT_BYTES} are allowed`)
  return toHex(text)
}

/** Undefined when it is none. Who wrote it is proved by the token it is in. */
export function parseReplacement(hex: string): CallerReplacement | undefined {
  try {
    const [uri, display, replacedUri, replacedDisplay] = JSON.parse(fromHex(hex) ?? '') as (string | null)[]
    if (typeof uri !== 'string' || typeof replacedUri !== 'string') return undefined
    return {
      original: { uri, ...(typeof display === 'string' ? { display } : {}) },
      replaced: { uri: replacedUri, ...(typeof replacedDisplay === 'string' ? { display: replacedDisplay } : {}) },
    }
  } catch {
    return undefined
  }
}
