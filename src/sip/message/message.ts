/**
 * A SIP message as a value: start line, header lines in their order and exact spelling, body.
 * Plain JSON, so it can cross an RPC or be stored. Everything else is read from it when asked for.
 */
export type Message = Request | Response

export interface HeaderField {
  /** Long name in lower case, the same for every spelling and compact form: `via`, `call-id`. */
  readonly key: string
  /** The line as received, folding included, without the final CRLF. */
  readonly raw: string
  /** Where the value begins in `raw` (after the colon). */
  readonly valueAt: number
}

interface Common {
  readonly headers: readonly HeaderField[]
  readonly body: string
  /** True when `headers` and `body` hold one character per byte, because the frame was not UTF-8. */
  readonly binary: boolean
}

export interface Request extends Common {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
}

export interface Response extends Common {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
}
