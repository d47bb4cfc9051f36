import { headerKey } from './header-names'
import { hasHeader, headerValue, splitList } from './headers'
import type { HeaderField, Message } from './message'
import { byteLength, onlyBytes } from './octets'

/** Edits return a new message; untouched lines stay the very same objects. */

/** A new header line. Throws on CR or LF in the value: nobody may write a second header through a first one. */
export function headerLine(name: string, value: string): HeaderField {
  const key = headerKey(name)
  if (key === undefined) throw new Error(`not a header name: ${JSON.stringify(name)}`)
  if (/[\r\n]/.test(value)) throw new Error(`CR or LF in the value of ${name}`)
  return { key, raw: `${name}: ${value}`, valueAt: name.length + 1 }
}

/** Adds a header line above the first of the same name, or below the Vias. */
export function prependHeader<M extends Message>(message: M, name: string, value: string): M {
  const line = headerLine(name, value)
  const first = message.headers.findIndex((h) => h.key === line.key)
  const belowVias = message.headers.findLastIndex((h) => h.key === 'via') + 1
  return { ...message, headers: message.headers.toSpliced(first < 0 ? belowVias : first, 0, line) }
}

/** Adds a header line at the end. */
export function appendHeader<M extends Message>(message: M, name: string, value: string): M {
  return { ...message, headers: [...message.headers, headerLine(name, value)] }
}

/** Replaces all lines of a header by one, in the place of the first. */
export function setHeader<M extends Message>(message: M, name: string, value: string): M {
  const line = headerLine(name, value)
  const first = message.headers.findIndex((h) => h.key === line.key)
  if (first < 0) return { ...message, headers: [...message.headers, line] }
  return {
    ...message,
    headers: message.headers.flatMap((h, i) => (h.key !== line.key ? [h] : i === first ? [line] : [])),
  }
}

export function removeHeader<M extends Message>(message: M, key: string): M {
  if (!message.headers.some((h) => h.key === key)) return message
  return { ...message, headers: message.headers.filter((h) => h.key !== key) }
}

/** Removes the first value of a comma-list header: the top Via, the top Route. */
export function removeFirstValue<M extends Message>(message: M, key: string): M {
  const at = message.headers.findIndex((h) => h.key === key)
  const line = message.headers[at]
  if (!line) return message
  const [, ...rest] = splitList(headerValue(line))
  const name = line.raw.slice(0, line.valueAt - 1).trimEnd()
  const kept = rest.length === 0 ? [] : [headerLine(name, rest.join(', '))]
  return { ...message, headers: message.headers.toSpliced(at, 1, ...kept) }
}

/** Replaces the body and states its length in bytes. The body of a binary message is one character per byte. */
export function setBody<M extends Message>(message: M, body: string): M {
  const kept = message.binary ? onlyBytes(body) : body
  const length = message.binary ? kept.length : byteLength(kept)
  return { ...setHeader(message, 'Content-Length', String(length)), body: kept }
}

/** RFC 3261 §16.6 step 10, §20.14: a stream needs the length, which a datagram or a WebSocket frame may leave out. */
export function withContentLength<M extends Message>(message: M): M {
  return hasHeader(message, 'content-length') ? message : setBody(message, message.body)
}
