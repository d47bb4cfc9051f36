import type { HeaderField, Message } from './message'

/** The value of a header line: unfolded (RFC 3261 §7.3.1) and trimmed. */
export function headerValue(field: HeaderField): string {
  const text = field.raw.slice(field.valueAt)
  return trimBlanks(text.includes('\r\n') ? text.split('\r\n').map(trimBlanks).join(' ') : text)
}

/** Without SP and HTAB at both ends. `String.trim` would also take a byte order mark or a byte 0xA0, which are content. */
export function trimBlanks(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** The first header line with this key, as a value. Keys are long names in lower case. */
export function header(message: Message, key: string): string | undefined {
  for (const field of message.headers) if (field.key === key) return headerValue(field)
  return undefined
}

export function hasHeader(message: Message, key: string): boolean {
  return message.headers.some((field) => field.key === key)
}

/** Every header line with this key, as values; a comma list stays one value. */
export function headerLines(message: Message, key: string): string[] {
  const lines: string[] = []
  for (const field of message.headers) if (field.key === key) lines.push(headerValue(field))
  return lines
}

/** Every value of a comma-list header, over all its lines, in order. Not for authentication headers (RFC 3261 §7.3.1). */
export function headerValues(message: Message, key: string): string[] {
  return headerLines(message, key).flatMap(splitList)
}

/** The tokens of list headers such as Require and Supported, in lower case. */
export function headerTokens(message: Message, key: string): string[] {
  return headerValues(message, key)
    .map((token) => token.toLowerCase())
    .filter((token) => token !== '')
}

/** Splits at commas outside quotes and angle brackets. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return [value]
  const parts: string[] = []
  let from = 0
  for (let at = nextSeparator(value, 0, ','); at >= 0; at = nextSeparator(value, from, ',')) {
    parts.push(trimBlanks(value.slice(from, at)))
    from = at + 1
  }
  parts.push(trimBlanks(value.slice(from)))
  return parts
}

/** Index of the next `separator` outside quoted strings and angle brackets, or -1. */
export function nextSeparator(text: string, from: number, separator: string): number {
  let quoted = false
  let angled = false
  for (let i = from; i < text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c === '\\') i++
      else if (c === '"') quoted = false
    } else if (c === '"' && !angled) quoted = true
    else if (c === '<') angled = true
    else if (c === '>') angled = false
    else if (c === separator && !angled) return i
  }
  return -1
}
