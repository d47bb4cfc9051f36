import { headerValue } from '../message/headers'
import type { HeaderField, Request } from '../message/message'
import { type Algorithm, type Mac, parseAlgorithm } from './algorithm'
import { meaning, parseDigest, verbatim } from './digest-parameters'
import { checkNonce } from './nonce'

/** Digest credentials of an Authorization or Proxy-Authorization line: RFC 7616 §3.4. Hashed parts are as written. */
export interface Credentials {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: Algorithm
  readonly qop?: string
  readonly cnonce?: string
  /** Eight hex digits as written, since they are hashed as such. */
  readonly nc?: string
  readonly opaque?: string
}

/** Reads one header value; undefined when it is not Digest, lacks a part or has an algorithm that we never offer. */
export function parseCredentials(value: string): Credentials | undefined {
  const parameters = parseDigest(value)
  if (!parameters) return undefined
  const username = meaning(parameters, 'username')
  const realm = meaning(parameters, 'realm')
  const nonce = verbatim(parameters, 'nonce')
  const uri = verbatim(parameters, 'uri')
  const response = verbatim(parameters, 'response')
  const algorithm = parseAlgorithm(meaning(parameters, 'algorithm'))
  if (username === undefined || realm === undefined || !nonce || !uri || !response || !algorithm) return undefined
  const optional: { -readonly [K in 'qop' | 'cnonce' | 'nc' | 'opaque']?: string } = {}
  for (const name of ['qop', 'cnonce', 'nc', 'opaque'] as const) {
    const text = verbatim(parameters, name)
    if (text !== undefined) optional[name] = text
  }
  return { username, realm, nonce, uri, response, algorithm, ...optional }
}

/** The Digest credentials of a request for a realm, be they meant for a registrar or for a proxy. */
export function credentialsFor(request: Request, realm: string): Credentials | undefined {
  for (const field of request.headers) {
    const credentials = isAuthorization(field) ? parseCredentials(headerValue(field)) : undefined
    if (credentials?.realm === realm) return credentials
  }
  return undefined
}

/**
 * RFC 3261 §22.3: a proxy takes out the credentials it consumed and leaves those for other realms. Lines of our
 * realm go even when they are of no use to us: nobody else needs to see them.
 */
export function withoutCredentials(request: Request, realm: string): Request {
  const headers = request.headers.filter((field) => !isAuthorization(field) || realmOf(field) !== realm)
  return headers.length === request.headers.length ? request : { ...request, headers }
}

/**
 * Inside a dialog a phone repeats the credentials of its INVITE (RFC 3261 §22.1), where no realm is looked up: the lines
 * whose nonce this flow sealed go.
 */
export function withoutSealedCredentials(request: Request, mac: Mac): Request {
  const isOurs = (field: HeaderField) => {
    const credentials = isAuthorization(field) ? parseCredentials(headerValue(field)) : undefined
    return (
      credentials !== undefined &&
      checkNonce(credentials.nonce, { nowMs: 0, realm: credentials.realm }, mac) !== 'foreign'
    )
  }
  const headers = request.headers.filter((field) => !isOurs(field))
  return headers.length === request.headers.length ? request : { ...request, headers }
}

function isAuthorization(field: HeaderField): boolean {
  return field.key === 'authorization' || field.key === 'proxy-authorization'
}

function realmOf(field: HeaderField): string | undefined {
  const parameters = parseDigest(headerValue(field))
  return parameters && meaning(parameters, 'realm')
}
