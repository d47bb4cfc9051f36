import { appendHeader, removeHeader, setHeader } from '../sip/message/edit'
import { headerKey } from '../sip/message/header-names'
import { hasHeader, header, headerValues } from '../sip/message/headers'
import type { Message, Request, Response } from '../sip/message/message'

/** What the transaction and the way of a message hang on: an edit would break them for the next hop. */
const GUARDED = [
  'via',
  'call-id',
  'cseq',
  'max-forwards',
  'route',
  'record-route',
  'from',
  'to',
  'content-length',
  'contact',
  'path',
]

/** Where the message is that is read and edited. */
export interface Editable {
  read(): Message
  write(edited: Message): void
}

export function editableRequest(holder: { request: Request }): Editable {
  return {
    read: () => holder.request,
    write: (edited) => {
      holder.request = edited as Request
    },
  }
}

export function editableResponse(holder: { response: Response }): Editable {
  return {
    read: () => holder.response,
    write: (edited) => {
      holder.response = edited as Response
    },
  }
}

/**
 * Headers of a message, by name: case and compact forms do not matter. An edit is seen by the next read. Via, Call-ID,
 * CSeq, Max-Forwards, Route, Record-Route, From, To, Contact, Path and Content-Length refuse edits, and so does a value
 * with a line end: both throw, naming the header.
 *
 * @example
 * c.headers.set('X-Account', '1234')
 */
export class HeaderEdits {
  private readonly message: Editable

  constructor(message: Editable) {
    this.message = message
  }

  /** The value of the first line of that name. */
  get(name: string): string | undefined {
    return header(this.message.read(), keyOf(name))
  }

  /** Every value of that name, comma lists split. */
  getAll(name: string): readonly string[] {
    return headerValues(this.message.read(), keyOf(name))
  }

  has(name: string): boolean {
    return hasHeader(this.message.read(), keyOf(name))
  }

  /** Adds a line after the others. */
  add(name: string, value: string): void {
    this.edit(name, value, (message) => appendHeader(message, name, value))
  }

  /** Replaces every line of that name by one. */
  set(name: string, value: string): void {
    this.edit(name, value, (message) => setHeader(message, name, value))
  }

  remove(name: string): void {
    this.edit(name, '', (message) => removeHeader(message, keyOf(name)))
  }

  private edit(name: string, value: string, change: (message: Message) => Message): void {
    if (GUARDED.includes(keyOf(name))) throw new Error(`${name} must not be edited`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
      throw new Error(`${name}: a value has no line end and no control character`)
    this.message.write(change(this.message.read()))
  }
}

function keyOf(name: string): string {
  const key = headerKey(name)
  if (key === undefined) throw new Error(`not a header name: ${JSON.stringify(name)}`)
  return key
}
