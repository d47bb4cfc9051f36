import { z } from '@hono/zod-openapi'
import { parseUri } from '../sip/message/uri'
import { canonicalDomain } from '../store/domains'
import { MAX_DOMAIN, MAX_PASSWORD, MAX_USERNAME } from './limits'

/** RFC 3261 §25.1 `user`, without escapes, so that a username is written in one way only. */
const USERNAME = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/]+$/
/** RFC 3261 §25.1 `hostname`: the last label begins with a letter, which tells it from an IPv4 address. */
const HOSTNAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

function isHost(text: string): boolean {
  if (HOSTNAME.test(text) || z.ipv4().safeParse(text).success) return true
  return text.startsWith('[') && text.endsWith(']') && z.ipv6().safeParse(text.slice(1, -1)).success
}

export const domainName = z
  .string()
  .min(1)
  .max(MAX_DOMAIN)
  .transform(canonicalDomain)
  .refine(isHost, 'must be a host name, an IPv4 address or an IPv6 address in brackets')
  .openapi({ type: 'string', description: 'Host name or IP address, stored in lower case.', example: 'example.test' })

/** Name of a trunk, a set or a gateway. */
export const smallName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, '1 to 32 of a-z, 0-9 and hyphens between them')
  .openapi({ example: 'main' })

/** A URI that a gateway can send to. */
export const sipUri = z
  .string()
  .max(255)
  .refine((text) => /^sip:/i.test(text), 'must begin with sip:')
  .refine((text) => parseUri(text) !== undefined, 'is no SIP URI')
  .openapi({ example: 'sip:carrier.example' })

export const username = z
  .string()
  .min(1)
  .max(MAX_USERNAME)
  .regex(USERNAME, "may have letters, digits and -_.!~*'()&=+$,;?/ only")
  .openapi({ description: 'The user part of the SIP address; upper and lower case differ.', example: '1001' })

export const password = z
  .string()
  .min(1)
  .max(MAX_PASSWORD)
  .regex(/^\P{Cc}+$/u, 'may not have control characters')
  .openapi({
    description: '1 to 128 characters. Only its digest hash (HA1) is stored, and it is never shown.',
    format: 'password',
    example: 'correct horse',
  })

/** `user@domain` in a path. */
export const aor = z
  .string()
  .transform((text, context) => {
    const at = text.indexOf('@')
    const name = username.safeParse(text.slice(0, Math.max(at, 0)))
    const domain = domainName.safeParse(text.slice(at + 1))
    if (name.success && domain.success) return { username: name.data, domain: domain.data }
    context.addIssue({ code: 'custom', message: 'must be an address-of-record: user@domain' })
    return z.NEVER
  })
  .openapi({
    type: 'string',
    param: { name: 'aor', in: 'path' },
    description: 'Address-of-record `user@domain`, percent-encoded where a path needs it.',
    example: '1001@example.test',
  })

/** `user@domain` in a body, as it is stored. */
export const aorText = z
  .string()
  .transform((text, context) => {
    const read = aor.safeParse(text)
    if (read.success) return `${read.data.username}@${read.data.domain}`
    context.addIssue({ code: 'custom', message: 'must be an address-of-record: user@domain' })
    return z.NEVER
  })
  .openapi({ type: 'string', description: 'Address-of-record `user@domain`.', example: '1002@example.test' })

/** What in a document can't work. */
export const faults = z
  .array(z.string())
  .optional()
  .openapi({
    description: 'What can not work, since something that is named is not there. Absent when all is well.',
    example: ['There is no dispatcher set "main".'],
  })

/** Epoch milliseconds as the API shows them. */
export const time = z.iso.datetime().openapi({ description: 'UTC, RFC 3339.', example: '2026-11-21T10:00:00.000Z' })

export function toTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
