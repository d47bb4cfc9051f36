/** RFC 3261 §7.3.3 and the IANA registry of compact forms. */
const COMPACT: Record<string, string> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
}

/** Spellings seen on nearly every message, so that most look-ups are one Map hit. */
const SPELLINGS = [
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Max-Forwards',
  'Route',
  'Record-Route',
  'Content-Type',
  'Content-Length',
  'User-Agent',
  'Server',
  'Allow',
  'Supported',
  'Require',
  'Proxy-Require',
  'Unsupported',
  'Expires',
  'Min-Expires',
  'Authorization',
  'Proxy-Authorization',
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Session-Expires',
  'Min-SE',
  'Path',
  'Date',
  'Event',
  'Reason',
  'Accept',
  'Subject',
  'RAck',
  'RSeq',
  'Refer-To',
  'Referred-By',
]

const keys = new Map<string, string>()
for (const name of SPELLINGS) keys.set(name, name.toLowerCase())
for (const [short, long] of Object.entries(COMPACT)) {
  keys.set(short, long)
  keys.set(short.toUpperCase(), long)
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** The canonical key of a header name, or undefined when it is not a token. */
export function headerKey(name: string): string | undefined {
  const known = keys.get(name)
  if (known !== undefined) return known
  if (!TOKEN.test(name)) return undefined
  const lower = name.toLowerCase()
  return keys.get(lower) ?? lower
}
