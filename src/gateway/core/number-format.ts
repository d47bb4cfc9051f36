import { callerNumber, formatNumber, isDialled, type NumberFormat } from '../../numbers/format'
import { escapeUser } from '../../sip/identity/address'
import { type HopUser, type HopUsers, withUserIn } from '../../sip/identity/hop-users'
import { appendHeader, removeHeader } from '../../sip/message/edit'
import { header, headerValues } from '../../sip/message/headers'
import type { Request } from '../../sip/message/message'
import { uriOf } from '../../sip/message/name-address'
import { formatParameters } from '../../sip/message/parameters'
import { parseUri, unescapeUri } from '../../sip/message/uri'

/** Whether a URI is our account with a carrier: a name that stays as the carrier gave it. */
export type IsAccount = (uri: string) => boolean

/** The Request-URI as a carrier wants it. Numbers without a plus stay: emergency and service numbers are no one's format. */
export function formatUri(uri: string, numbers: NumberFormat): string {
  const parsed = parseUri(uri)
  const number = numberIn(uri)
  if (!parsed || number === undefined) return uri
  const { format, prefix = '' } = numbers
  const user = escapeUser(`${prefix}${formatNumber(number, numbers)}`)
  // RFC 3261 §19.1.6, RFC 3966 §5.1.5: nothing else is a telephone number that holds everywhere.
  const isGlobal = format === 'e164' && prefix === ''
  const parameters = parsed.parameters.filter(({ name }) => isGlobal || name.toLowerCase() !== 'user')
  const port = parsed.port === undefined ? '' : `:${parsed.port}`
  return `${parsed.scheme}:${user}@${parsed.host}${port}${formatParameters(parameters)}`
}

/** What From and To of a call say in that format: To when it is the number that is called, From when it is one. */
export function formatUsers(request: Request, numbers: NumberFormat, isAccount: IsAccount): HopUsers | undefined {
  const called = numberIn(request.uri)
  const to = called === undefined ? undefined : calleeUser(uriOf(header(request, 'to')), called, numbers)
  const from = callerUser(uriOf(header(request, 'from')), numbers, isAccount)
  return from || to ? { ...(from ? { from } : {}), ...(to ? { to } : {}) } : undefined
}

/** The request with what is asserted of its caller (RFC 3325) in that format. */
export function formatAsserted(request: Request, numbers: NumberFormat, isAccount: IsAccount): Request {
  const values = headerValues(request, 'p-asserted-identity')
  const written = values.map((value) => {
    const user = callerUser(uriOf(value), numbers, isAccount)
    return user ? withUserIn(value, user.shown) : value
  })
  if (written.every((value, i) => value === values[i])) return request
  const bare = removeHeader(request, 'p-asserted-identity')
  return written.reduce((r, value) => appendHeader(r, 'P-Asserted-Identity', value), bare)
}

function calleeUser(uri: string | undefined, called: string, numbers: NumberFormat): HopUser | undefined {
  const sent = parseUri(uri ?? '')?.user
  if (sent === undefined || !isDialled(unescapeUri(sent), called)) return undefined
  return changed(sent, `${numbers.prefix ?? ''}${formatNumber(called, numbers)}`)
}

function callerUser(uri = '', numbers: NumberFormat, isAccount: IsAccount): HopUser | undefined {
  const sent = parseUri(uri)?.user
  if (sent === undefined || isAccount(uri)) return undefined
  const number = callerNumber(unescapeUri(sent), numbers.country)
  return number === undefined ? undefined : changed(sent, formatNumber(number, numbers))
}

function changed(sent: string, text: string): HopUser | undefined {
  const shown = escapeUser(text)
  return shown === sent ? undefined : { sent, shown }
}

function numberIn(uri: string): string | undefined {
  const user = unescapeUri(parseUri(uri)?.user ?? '')
  return /^\+[1-9]\d{5,14}$/.test(user) ? user : undefined
}
