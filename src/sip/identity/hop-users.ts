import { setHeader } from '../message/edit'
import { header } from '../message/headers'
import type { Message } from '../message/message'
import { parseNameAddress } from '../message/name-address'
import { parseUri } from '../message/uri'

/** The user of From or To as whoever sends a request wrote it, and as the peer of this hop sees it. */
export interface HopUser {
  readonly sent: string
  readonly shown: string
}

/** What a hop writes otherwise: the same numbers in another format. Plain JSON; a side without is as it was sent. */
export interface HopUsers {
  readonly from?: HopUser
  readonly to?: HopUser
}

/** A request as the peer of this hop sees it. Nothing but the user changes: tag, name, host and parameters stay. */
export function asShown<M extends Message>(message: M, users: HopUsers | undefined): M {
  return edited(message, users, ({ shown }) => shown)
}

/** What that peer answers, as its sender wrote it (RFC 3261 §8.2.6.2). */
export function asWritten<M extends Message>(message: M, users: HopUsers | undefined): M {
  return edited(message, users, ({ sent }) => sent)
}

/** The URI with another user part, escaped as it is to be; as it was when it has none. */
export function withUser(uri: string, user: string): string {
  if (parseUri(uri)?.user === undefined) return uri
  return uri.replace(/^([^:]+:)[^:@]*/, (_, scheme: string) => `${scheme}${user}`)
}

/** A name-address value with another user in its URI. */
export function withUserIn(value: string, user: string): string {
  const address = parseNameAddress(value)
  if (!address) return value
  const at = value.indexOf(address.uri, (address.display ?? '').length)
  const uri = withUser(address.uri, user)
  return `${value.slice(0, at)}${uri}${value.slice(at + address.uri.length)}`
}

function edited<M extends Message>(message: M, users: HopUsers | undefined, pick: (user: HopUser) => string): M {
  if (!users) return message
  const from = users.from ? setUser(message, 'From', pick(users.from)) : message
  return users.to ? setUser(from, 'To', pick(users.to)) : from
}

function setUser<M extends Message>(message: M, name: 'From' | 'To', user: string): M {
  const value = header(message, name.toLowerCase())
  return value === undefined ? message : setHeader(message, name, withUserIn(value, user))
}
