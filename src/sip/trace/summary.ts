import { bodyAt, type TraceEntry } from './entry'

/** What a line of a ladder says of a message. Read from its text, which may be cut or odd: no parse that could fail. */
export interface Summary {
  /** `INVITE`, or `200 OK`. */
  readonly title: string
  /** Of a response, that of its request. */
  readonly method: string
  readonly status?: number
  readonly toTag?: string
  readonly hasDescription: boolean
}

export function summaryOf(text: string): Summary {
  const [first = ''] = text.split(/\r?\n/, 1)
  const response = /^SIP\/2\.0 +(\d{3}) *(.*)$/.exec(first)
  const ofCSeq = /^\d+[ \t]+(\S+)/.exec(headerIn(text, 'cseq') ?? '')?.[1] ?? ''
  const method = response ? ofCSeq : (first.split(' ', 1)[0] ?? '')
  const toTag = /;[ \t]*tag[ \t]*=[ \t]*([^;,\s>]+)/i.exec(afterAddress(headerIn(text, 'to', 't') ?? ''))?.[1]
  return {
    title: response ? `${response[1]} ${response[2]}`.trim() : method,
    method,
    ...(response ? { status: Number(response[1]) } : {}),
    ...(toTag === undefined ? {} : { toTag }),
    hasDescription: /^content-type[ \t]*:[ \t]*application\/sdp|^c[ \t]*:[ \t]*application\/sdp/im.test(text),
  }
}

/** Asked for with every message of every call. */
const patterns = new Map<string, RegExp>()

/** The first value of a header in a text, by its name or its compact form; unfolded (RFC 3261 §7.3.1). */
export function headerIn(text: string, name: string, compact?: string): string | undefined {
  const names = compact === undefined ? name : `(?:${name}|${compact})`
  const pattern = patterns.get(names) ?? new RegExp(`^${names}[ \\t]*:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im')
  patterns.set(names, pattern)
  const found = pattern.exec(headOf(text))?.[1]
  return found?.replace(/\r?\n[ \t]+/g, ' ').trim()
}

export function bodyOf(text: string): string {
  return text.slice(bodyAt(text))
}

function headOf(text: string): string {
  return text.slice(0, bodyAt(text))
}

/** A tag of the header, not a parameter of the URI in brackets. */
function afterAddress(value: string): string {
  return value.includes('>') ? value.slice(value.lastIndexOf('>')) : value
}

/** The branch whose answer made the call; undefined when nobody has answered. */
export function answeredBranch(entries: readonly TraceEntry[]): number | undefined {
  for (const { peer, way, text } of entries) {
    if (typeof peer !== 'number' || way !== 'in') continue
    const { method, status = 0 } = summaryOf(text)
    if (method === 'INVITE' && status >= 200 && status < 300) return peer
  }
  return undefined
}
