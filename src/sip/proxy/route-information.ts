import type { Mac } from '../auth/algorithm'
import { headerLine, removeFirstValue } from '../message/edit'
import { header, headerValues } from '../message/headers'
import type { Request } from '../message/message'
import { parseNameAddress, tagOf } from '../message/name-address'
import { hasParameter } from '../message/parameters'
import { parseUri, type SipUri } from '../message/uri'
import { type DialogToken, dialogMac, parseDialogToken, parseNotifierToken } from '../outbound/tokens'

export interface RouteInformation {
  /** The request without the Route values that named us. */
  readonly request: Request
  /** The dialog our Record-Route was made for. */
  readonly token?: DialogToken
  /** The request is for us, as the notifier of this address-of-record: its Request-URI is our Contact in a subscription. */
  readonly notifier?: string
  /** Somebody wrote a Record-Route of ours himself: 403 (RFC 5626 §5.3). */
  readonly forged?: true
}

/** RFC 3261 §16.4: repairs what a strict router did, then drops the Route values that name us. */
export function takeRoutes(received: Request, host: string, mac: Mac): RouteInformation {
  const keys = dialogKeys(received, mac)
  const notifier = notifierOf(received, keys)
  if (notifier !== undefined) return { request: received, notifier }
  const strict = tokenOf(parseUri(received.uri), keys)
  if (strict === 'forged') return { request: received, forged: true }
  let request = strict ? repairStrictRoute(received) : received
  let token: DialogToken | undefined = strict
  for (;;) {
    const top = headerValues(request, 'route')[0]
    const uri = top === undefined ? undefined : parseUri(parseNameAddress(top)?.uri ?? '')
    if (!uri) return done(request, token)
    const found = tokenOf(uri, keys)
    if (found === 'forged') return { request, forged: true }
    // One token names both ends; a second one belongs to the next pass through us.
    if (found && token) return done(request, token)
    // Interop: JsSIP pre-loads the server as Route when told to (use_preloaded_route).
    if (!found && !isHost(uri, host)) return done(request, token)
    token ??= found
    request = removeFirstValue(request, 'route')
  }
}

function done(request: Request, token: DialogToken | undefined): RouteInformation {
  return token ? { request, token } : { request }
}

/** The dialog was begun by whoever sends this request or by whoever gets it. */
function dialogKeys(request: Request, mac: Mac): Mac[] {
  const callId = header(request, 'call-id') ?? ''
  return ['from', 'to'].map((party) => dialogMac(mac, callId, tagOf(header(request, party)) ?? ''))
}

function notifierOf({ uri }: Request, keys: readonly Mac[]): string | undefined {
  const user = parseUri(uri)?.user
  // The watcher has begun the dialog, and he alone sends requests in it.
  return user === undefined || !keys[0] ? undefined : parseNotifierToken(user, keys[0])
}

function tokenOf(uri: SipUri | undefined, keys: readonly Mac[]): DialogToken | 'forged' | undefined {
  const user = uri?.user
  if (user === undefined) return undefined
  let read: DialogToken | 'forged' | undefined
  for (const key of keys) {
    read = parseDialogToken(user, key)
    if (read !== 'forged') return read
  }
  return read
}

function isHost(uri: SipUri, host: string): boolean {
  const own = `${uri.host}${uri.port === undefined ? '' : `:${uri.port}`}`.toLowerCase()
  return uri.user === undefined && hasParameter(uri.parameters, 'lr') && own === host.toLowerCase()
}

/** RFC 3261 §16.4: our own URI as Request-URI was put there by a strict router; the last Route is where it goes. */
function repairStrictRoute(request: Request): Request {
  const routes = headerValues(request, 'route')
  const last = routes[routes.length - 1]
  const uri = last === undefined ? undefined : parseNameAddress(last)?.uri
  if (uri === undefined) return request
  return { ...removeLastRoute(request), uri }
}

function removeLastRoute(request: Request): Request {
  const kept = headerValues(request, 'route').slice(0, -1)
  const lines = kept.map((value) => headerLine('Route', value))
  const first = request.headers.findIndex((h) => h.key === 'route')
  return { ...request, headers: request.headers.filter((h) => h.key !== 'route').toSpliced(first, 0, ...lines) }
}
