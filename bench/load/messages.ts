/** Messages as the browser clients send them, made from parts that are built once: the generator must cost little. */
import { sdp } from './sdp'

export interface Identity {
  readonly user: string
  readonly domain: string
  /** The made-up host of a browser client (RFC 7118 §5). */
  readonly host: string
}

const AGENT = [
  'Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY',
  'Supported: timer,ice,replaces,outbound',
  'User-Agent: JsSIP 3.13.8',
].join('\r\n')

const OFFER = sdp('actpass')
const ANSWER = sdp('active')

export function contactOf({ user, host }: Identity): string {
  return `<sip:${user}@${host};transport=ws>`
}

export function register(own: Identity, callId: string, cSeq: number, authorization = ''): string {
  const { user, domain, host } = own
  return (
    `REGISTER sip:${domain} SIP/2.0\r\nVia: SIP/2.0/WS ${host};branch=z9hG4bKr${callId}${cSeq}\r\nMax-Forwards: 69\r\n` +
    `To: <sip:${user}@${domain}>\r\nFrom: <sip:${user}@${domain}>;tag=r${user}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: ${cSeq} REGISTER\r\n${authorization}` +
    `Contact: ${contactOf(own)};+sip.ice;reg-id=1;+sip.instance="<urn:uuid:00000000-0000-4000-8000-${user.padStart(12, '0')}>";expires=1200\r\n` +
    `Expires: 1200\r\nAllow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY\r\n` +
    'Supported: path,gruu,outbound\r\nUser-Agent: JsSIP 3.13.8\r\nContent-Length: 0\r\n\r\n'
  )
}

export function invite(own: Identity, callee: string, callId: string): string {
  const { user, domain, host } = own
  return (
    `INVITE sip:${callee}@${domain} SIP/2.0\r\nVia: SIP/2.0/WS ${host};branch=z9hG4bKi${callId}\r\nMax-Forwards: 69\r\n` +
    `To: <sip:${callee}@${domain}>\r\nFrom: "Alice" <sip:${user}@${domain}>;tag=f${callId}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: 1 INVITE\r\nContact: ${contactOf(own)}\r\nContent-Type: application/sdp\r\nSession-Expires: 90\r\n${AGENT}\r\n` +
    `Content-Length: ${OFFER.length}\r\n\r\n${OFFER}`
  )
}

export function message(own: Identity, callee: string, callId: string): string {
  const { user, domain, host } = own
  return (
    `MESSAGE sip:${callee}@${domain} SIP/2.0\r\nVia: SIP/2.0/WS ${host};branch=z9hG4bKm${callId}\r\nMax-Forwards: 69\r\n` +
    `To: <sip:${callee}@${domain}>\r\nFrom: <sip:${user}@${domain}>;tag=f${callId}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\n${AGENT}\r\nContent-Length: ${TEXT.length}\r\n\r\n${TEXT}`
  )
}

const TEXT = 'Good morning. Shall we talk at ten about the plans for next week? It will not take long.'

export interface Dialog {
  readonly own: Identity
  readonly callId: string
  /** Contact URI of the other end. */
  readonly target: string
  /** `Route:` lines with line ends, or nothing. */
  readonly routes: string
  readonly from: string
  readonly to: string
}

export function inDialog(method: 'ACK' | 'BYE', dialog: Dialog): string {
  const { own, callId, target, routes, from, to } = dialog
  return (
    `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/WS ${own.host};branch=z9hG4bK${method}${callId}\r\n${routes}` +
    `Max-Forwards: 69\r\n${to}\r\n${from}\r\nCall-ID: ${callId}\r\nCSeq: ${method === 'ACK' ? 1 : 2} ${method}\r\n` +
    `${AGENT}\r\nContent-Length: 0\r\n\r\n`
  )
}

export function answer(own: Identity, request: string, status: string): string {
  const withBody = status.startsWith('200') && request.startsWith('INVITE')
  const body = withBody
    ? `Content-Type: application/sdp\r\n${AGENT}\r\nContent-Length: ${ANSWER.length}\r\n\r\n${ANSWER}`
    : 'Content-Length: 0\r\n\r\n'
  const contact = request.startsWith('INVITE') && !status.startsWith('100') ? `Contact: ${contactOf(own)}\r\n` : ''
  return `SIP/2.0 ${status}\r\n${copied(request, status.startsWith('100') ? '' : `;tag=t${own.user}`)}${contact}${body}`
}

/** What every response copies (RFC 3261 §8.2.6.2), and Record-Route (§12.1.1). */
function copied(request: string, toTag: string): string {
  let lines = ''
  let at = request.indexOf('\r\n') + 2
  for (;;) {
    const end = request.indexOf('\r\n', at)
    if (end <= at) return lines
    const isTo = request.startsWith('To:', at)
    if (isTo || COPIED.some((name) => request.startsWith(name, at))) {
      const line = request.slice(at, end)
      lines += isTo && !line.includes(';tag=') ? `${line}${toTag}\r\n` : `${line}\r\n`
    }
    at = end + 2
  }
}

const COPIED = ['Via:', 'Record-Route:', 'From:', 'Call-ID:', 'CSeq:']

/** The value of the first line of a header, spelled as everybody here spells it. */
export function headerOf(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `)
  return at < 0 ? '' : text.slice(at + name.length + 4, text.indexOf('\r\n', at + 2))
}

export function headersOf(text: string, name: string): string[] {
  const values: string[] = []
  for (let at = text.indexOf(`\r\n${name}: `); at >= 0; at = text.indexOf(`\r\n${name}: `, at + 2))
    values.push(text.slice(at + name.length + 4, text.indexOf('\r\n', at + 2)))
  return values
}
