import type { HopUser, HopUsers } from '../../sip/identity/hop-users'
import { removeFirstValue } from '../../sip/message/edit'
import { header, headerValues } from '../../sip/message/headers'
import { fromHex, toHex } from '../../sip/message/hex'
import type { Request } from '../../sip/message/message'
import { parseNameAddress, tagOf } from '../../sip/message/name-address'
import { parameter } from '../../sip/message/parameters'
import { parseUri, type SipUri } from '../../sip/message/uri'

const NOTE = /^m\.([\w-]{0,64})\.(\d{1,4})\.([a-z0-9-]*)(?:\.([0-9a-f]+))?(?:\.(p\.[0-9a-f]+\.[\w-]+))?$/
/** RFC 3261 §25.1, without a password. */
const USER = /^[\w.!~*'()&=+$,;?/%-]{1,64}$/

/** Hosts of the link end so: nobody resolves them. */
export function linkHost(name: string): string {
  return `${name}.gateway.invalid`
}

/** What we are called on either side. */
export interface OwnNames {
  readonly link: string
  /** `host:port` of every listener. */
  readonly network: readonly string[]
}

export interface OwnRoutes {
  /** The request without the Route values that named us. */
  readonly request: Request
  /** The user part of our Route on the link: the sealed address of a phone. */
  readonly phone?: string
  /** The socket of the link that the dialog uses: to the Worker each is another flow. */
  readonly socket?: number
  /** The dispatcher set that the Worker chose. */
  readonly set?: string
  /** The address on the network that the Worker chose. */
  readonly to?: string
  /** What we noted in our Record-Route on the network. */
  readonly note?: DialogNote
  /** The socket of the network that the dialog uses, as its peer sees it: `203.0.113.5:5060`. */
  readonly through?: string
}

/** What a dialog needs that nobody else remembers; it stands in our Record-Route. */
export interface DialogNote {
  /** Which of our passages over the call it is: a name for its media. */
  readonly session: string
  readonly trunk?: string
  /** Added to the CSeq of the caller. */
  readonly cSeqOffset: number
  /** Whom the network sees in another format than the Worker: the caller as From, the callee as To. */
  readonly users?: HopUsers
  /** The sealed address of a phone that its Contact does not lead to (RFC 5626 §5.3). */
  readonly phone?: string
}

/** RFC 3261 §16.4, RFC 5658 §4: both our values of a double Record-Route come off. */
export function takeOwnRoutes(received: Request, names: OwnNames): OwnRoutes {
  let taken: OwnRoutes = { request: received }
  const begins = tagOf(header(received, 'to')) === undefined
  for (;;) {
    const top = headerValues(taken.request, 'route')[0]
    const uri = top === undefined ? undefined : parseUri(parseNameAddress(top)?.uri ?? '')
    if (!uri || !isOurs(uri, names)) return taken
    // Below the topmost one, which is the Worker's, and inside a dialog a phone may have written what it likes.
    const chosen = taken.request === received && begins ? wayOf(uri, names) : {}
    taken = { ...notesOf(uri, names), ...taken, ...chosen, request: removeFirstValue(taken.request, 'route') }
  }
}

/** Whether a value of Route or Record-Route names us. */
export function isOwnRoute(route: string, names: OwnNames): boolean {
  const uri = parseUri(parseNameAddress(route)?.uri ?? '')
  return uri !== undefined && isOurs(uri, names)
}

function isOurs(uri: SipUri, names: OwnNames): boolean {
  return uri.host.toLowerCase() === names.link || names.network.includes(hostPortOf(uri))
}

function hostPortOf({ host, port }: SipUri): string {
  return `${host.toLowerCase()}:${port ?? 5060}`
}

function notesOf(uri: SipUri, names: OwnNames): Omit<OwnRoutes, 'request'> {
  if (uri.host.toLowerCase() !== names.link) {
    const note = readNote(uri.user)
    return { through: hostPortOf(uri), ...(note ? { note } : {}) }
  }
  const socket = /^s(\d{1,2})$/.exec(uri.user ?? '')?.[1]
  if (socket !== undefined) return { socket: Number(socket) }
  return uri.user === undefined ? {} : { phone: uri.user }
}

/** Where the Worker sends a new request: to a dispatcher set, or to an address. */
function wayOf(uri: SipUri, names: OwnNames): Pick<OwnRoutes, 'set' | 'to'> {
  if (uri.host.toLowerCase() !== names.link) return {}
  const set = parameter(uri.parameters, 'set')
  const to = parameter(uri.parameters, 'to')
  return { ...(set === undefined ? {} : { set }), ...(to === undefined ? {} : { to }) }
}

/** Our Record-Route on the network. */
export function networkRoute(hostPort: string, transport: 'UDP' | 'TCP', note: DialogNote): string {
  return `<sip:${writeNote(note)}@${hostPort}${transport === 'TCP' ? ';transport=tcp' : ''};lr>`
}

/** Our Record-Route on the link. */
export function linkRoute(name: string, socket: number): string {
  return `<sip:s${socket}@${linkHost(name)};transport=ws;lr>`
}

function writeNote({ session, cSeqOffset, trunk, users, phone }: DialogNote): string {
  const more = [...(users ? [writeUsers(users)] : []), ...(phone === undefined ? [] : [phone])]
  return ['m', session, cSeqOffset, trunk ?? '', ...more].join('.')
}

/** Users hold no blanks; what is not in another format is left out. */
function writeUsers({ from, to }: HopUsers): string {
  return toHex([from?.sent, from?.shown, to?.sent, to?.shown].map((user) => user ?? '').join(' '))
}

/** Undefined for what could not stand in a URI. */
function readUsers(hex: string): HopUsers | undefined {
  const [caller, callerShown, callee, calleeShown, ...more] = fromHex(hex)?.split(' ') ?? []
  const from = userOf(caller, callerShown)
  const to = userOf(callee, calleeShown)
  if (more.length > 0 || (!from && !to)) return undefined
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
}

function userOf(sent = '', shown = ''): HopUser | undefined {
  return USER.test(sent) && USER.test(shown) ? { sent, shown } : undefined
}

function readNote(user: string | undefined): DialogNote | undefined {
  const [, session = '', offset, trunk, hex = '', phone] = NOTE.exec(user ?? '') ?? []
  if (offset === undefined) return undefined
  const users = readUsers(hex)
  return {
    session,
    cSeqOffset: Number(offset),
    ...(trunk ? { trunk } : {}),
    ...(users ? { users } : {}),
    ...(phone ? { phone } : {}),
  }
}
