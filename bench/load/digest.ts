import { createHash } from 'node:crypto'
import { headersOf, type Identity } from './messages'

export const PASSWORD = 'benchmark'

/** Answers the last challenge of a 401 as a browser client does: MD5, and qop where it is offered. */
export function authorization(own: Identity, challenge: string): string {
  const value = headersOf(challenge, 'WWW-Authenticate').at(-1) ?? ''
  const part = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)`).exec(value)?.[1] ?? ''
  const [realm, nonce, uri] = [part('realm'), part('nonce'), `sip:${own.domain}`]
  const ha1 = md5(`${own.user}:${realm}:${PASSWORD}`)
  const ha2 = md5(`REGISTER:${uri}`)
  const withQop = part('qop') !== ''
  const response = withQop ? md5(`${ha1}:${nonce}:00000001:c0ffee:auth:${ha2}`) : md5(`${ha1}:${nonce}:${ha2}`)
  const qop = withQop ? ', qop=auth, cnonce="c0ffee", nc=00000001' : ''
  return `Authorization: Digest algorithm=MD5, username="${own.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"${qop}\r\n`
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
