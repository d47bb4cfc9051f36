import { parseCSeq } from './c-seq'
import { headerValue, headerValues, splitList } from './headers'
import { MAX_MAX_FORWARDS } from './limits'
import type { HeaderField, Message, Request, Response } from './message'
import { parseNameAddress } from './name-address'
import { parseUri, uriScheme } from './uri'
import { parseVia } from './via'

/** Why a message can't be processed; the reason goes into the phrase of a 400. */
export type Fault = string

/** Header fields with one value only (RFC 3261 §7.3.1), with the spelling for reasons. */
const SINGLE = new Map([
  ['from', 'From'],
  ['to', 'To'],
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['max-forwards', 'Max-Forwards'],
  ['content-length', 'Content-Length'],
  ['content-type', 'Content-Type'],
  ['expires', 'Expires'],
])
const REQUIRED = ['from', 'to', 'call-id', 'cseq'] as const

/** The fields that validation looks at, gathered in one pass. */
interface Fields {
  readonly single: ReadonlyMap<string, HeaderField>
  /** The first single-value field that appears again. */
  readonly repeated: string | undefined
  readonly vias: readonly HeaderField[]
}

/** RFC 3261 §16.3 step 1: the syntax of what a proxy must understand. Undefined when fine. */
export function validateRequest(request: Request): Fault | undefined {
  const fields = gather(request)
  return (
    validateCommon(fields) ??
    validateRequestUri(request.uri) ??
    validateMethod(request.method, fields) ??
    validateMaxForwards(fields) ??
    validateAddresses(request, 'route', 'Route')
  )
}

/** RFC 3261 §18.1.2: a response that fails here is dropped. */
export function validateResponse(response: Response): Fault | undefined {
  return validateCommon(gather(response))
}

function gather(message: Message): Fields {
  const single = new Map<string, HeaderField>()
  const vias: HeaderField[] = []
  let repeated: string | undefined
  for (const field of message.headers) {
    if (field.key === 'via') vias.push(field)
    else if (!SINGLE.has(field.key)) continue
    else if (single.has(field.key)) repeated ??= SINGLE.get(field.key)
    else single.set(field.key, field)
  }
  return { single, repeated, vias }
}

function value(fields: Fields, key: string): string | undefined {
  const field = fields.single.get(key)
  return field && headerValue(field)
}

function validateCommon(fields: Fields): Fault | undefined {
  for (const key of REQUIRED) if (!fields.single.has(key)) return `Missing ${SINGLE.get(key)} Header`
  if (fields.vias.length === 0) return 'Missing Via Header'
  if (fields.repeated) return `Several ${fields.repeated} Headers`
  for (const line of fields.vias) if (!splitList(headerValue(line)).every(parseVia)) return 'Malformed Via Header'
  if (!parseNameAddress(value(fields, 'from') ?? '')) return 'Malformed From Header'
  if (!parseNameAddress(value(fields, 'to') ?? '')) return 'Malformed To Header'
  if (!parseCSeq(value(fields, 'cseq'))) return 'Malformed CSeq Header'
  if (/^$|\s/.test(value(fields, 'call-id') ?? '')) return 'Malformed Call-ID Header'
  return undefined
}

function validateRequestUri(text: string): Fault | undefined {
  const scheme = uriScheme(text)
  if (scheme === undefined) return 'Malformed Request-URI'
  if (scheme !== 'sip' && scheme !== 'sips') return undefined
  const uri = parseUri(text)
  if (!uri) return 'Malformed Request-URI'
  // RFC 3261 §19.1.1, table 1: no headers in a Request-URI.
  return uri.headers === undefined ? undefined : 'Headers in Request-URI'
}

function validateMethod(method: string, fields: Fields): Fault | undefined {
  return parseCSeq(value(fields, 'cseq'))?.method === method ? undefined : 'CSeq Method Does Not Match'
}

function validateMaxForwards(fields: Fields): Fault | undefined {
  const text = value(fields, 'max-forwards')
  if (text === undefined) return undefined
  return /^\d{1,9}$/.test(text) && Number(text) <= MAX_MAX_FORWARDS ? undefined : 'Malformed Max-Forwards Header'
}

/** Every value of an address list header must be a name-addr. */
export function validateAddresses(message: Message, key: string, name: string): Fault | undefined {
  return headerValues(message, key).every((text) => parseNameAddress(text)) ? undefined : `Malformed ${name} Header`
}
