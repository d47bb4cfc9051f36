/** A SIP message as it was on the wire, read without the product's own parser, so that neither can hide a fault of the other. */
export class SipFrame {
  readonly text: string
  readonly startLine: string
  readonly body: string
  private readonly lines: readonly string[]

  constructor(text: string) {
    const headEnd = text.indexOf('\r\n\r\n')
    const head = headEnd < 0 ? text : text.slice(0, headEnd)
    const [startLine = '', ...lines] = head.split('\r\n')
    this.text = text
    this.startLine = startLine
    this.lines = lines
    this.body = headEnd < 0 ? '' : text.slice(headEnd + 4)
  }

  get isResponse(): boolean {
    return this.startLine.startsWith('SIP/2.0 ')
  }

  /** 0 for a request. */
  get status(): number {
    return this.isResponse ? Number(this.startLine.slice(8, 11)) : 0
  }

  get reason(): string {
    return this.isResponse ? this.startLine.slice(12) : ''
  }

  /** The method of a request, or of the request that a response answers. */
  get method(): string {
    return this.isResponse ? (this.header('CSeq').split(' ')[1] ?? '') : (this.startLine.split(' ')[0] ?? '')
  }

  get uri(): string {
    return this.startLine.split(' ')[1] ?? ''
  }

  get cSeq(): number {
    return Number(this.header('CSeq').split(' ')[0])
  }

  get branch(): string {
    return /;branch=([^;,\s]+)/.exec(this.header('Via'))?.[1] ?? ''
  }

  get toTag(): string {
    return /;tag=([^;,\s]+)/.exec(this.header('To'))?.[1] ?? ''
  }

  /** `INVITE` for a request, `180 INVITE` for a response. */
  get label(): string {
    return this.isResponse ? `${this.status} ${this.method}` : this.method
  }

  headers(name: string): string[] {
    const prefix = `${name.toLowerCase()}:`
    return this.lines
      .filter((line) => line.toLowerCase().startsWith(prefix))
      .map((line) => line.slice(prefix.length).trim())
  }

  /** The first header line of this name, or an empty string. */
  header(name: string): string {
    return this.headers(name)[0] ?? ''
  }

  /** `m=audio` direction of the SDP body: `sendrecv` where nothing is said (RFC 3264 §6.1). */
  get direction(): string {
    return /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(this.body)?.[1] ?? 'sendrecv'
  }
}
