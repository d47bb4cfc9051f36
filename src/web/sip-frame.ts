export type FrameKind = 'request' | 'provisional' | 'success' | 'failure'

export type FrameSummary = {
  firstLine: string
  kind: FrameKind
  /** Which request a response answers; empty for a request. */
  answers: string
}

/** RFC 7118 §6: a keep-alive is nothing but CRLFs. */
export function isKeepAlive(text: string): boolean {
  return /^[\r\n]*$/.test(text)
}

export function summarize(text: string): FrameSummary {
  const firstLine = text.slice(0, lineEnd(text))
  const status = /^SIP\/2\.0 (\d)/.exec(firstLine)?.[1]
  if (status === undefined) return { firstLine, kind: 'request', answers: '' }
  return { firstLine, kind: kindOf(status), answers: cSeqMethod(text) }
}

function kindOf(firstDigit: string): FrameKind {
  if (firstDigit === '1') return 'provisional'
  return firstDigit === '2' ? 'success' : 'failure'
}

function cSeqMethod(text: string): string {
  const head = text.split('\r\n\r\n', 1)[0] ?? ''
  return /^CSeq[ \t]*:[ \t]*\d+[ \t]+([^\s]+)/im.exec(head)?.[1] ?? ''
}

function lineEnd(text: string): number {
  const end = text.search(/\r?\n/)
  return end === -1 ? text.length : end
}
