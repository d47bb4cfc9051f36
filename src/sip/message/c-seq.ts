import { isToken } from './header-names'
import { MAX_C_SEQ } from './limits'
import { remembering } from './remembering'

export interface CSeq {
  readonly number: number
  readonly method: string
}

/** RFC 3261 §20.16. Undefined when malformed or not below 2^31. */
export function parseCSeq(text: string | undefined): CSeq | undefined {
  return text === undefined ? undefined : read(text)
}

const read = remembering((text: string): CSeq | undefined => {
  const match = /^(\d{1,20})\s+(\S+)$/.exec(text)
  const number = Number(match?.[1])
  if (!match?.[2] || number > MAX_C_SEQ || !isToken(match[2])) return undefined
  return { number, method: match[2] }
})
