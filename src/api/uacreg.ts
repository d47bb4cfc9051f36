import { z } from '@hono/zod-openapi'
import { hash } from '../platform/hash'
import { DEFAULT_TRUNK_EXPIRES_SECONDS, MAX_TRUNK_EXPIRES_SECONDS, MIN_TRUNK_EXPIRES_SECONDS } from '../sip/uac/trunk'
import type { StoredTrunk } from '../store/stored-trunk'
import { domainName, sipUri, smallName, username } from './fields'
import { MAX_PASSWORD } from './limits'
import { registrarHost } from './trunks'

const number = z.coerce.number().int().min(0).default(0)
const unused = z.unknown().optional()

const columns = {
  l_uuid: z
    .string()
    .min(1)
    .max(64)
    .regex(/[A-Za-z0-9]/, 'has no letter and no digit: a trunk is named after it'),
  l_username: username.optional(),
  l_domain: domainName.optional(),
  r_username: username,
  r_domain: registrarHost,
  realm: z.string().max(255).optional(),
  auth_username: username.optional(),
  auth_password: z.string().max(MAX_PASSWORD).optional(),
  auth_ha1: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f]{32}$/, 'is 32 hexadecimal digits: the MD5 of user:realm:password')
    .optional(),
  auth_proxy: sipUri.optional(),
  expires: number,
  flags: number,
  reg_delay: number.pipe(z.int().max(3_600)),
  id: unused,
  contact_addr: unused,
  socket: z.string().max(255).optional(),
}

/** A row of Kamailio's table `uacreg`, of any of its versions. What is empty or null there is absent here. */
export const UacregRow = z
  .preprocess(
    (row) =>
      row !== null && typeof row === 'object' && !Array.isArray(row)
        ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '' && value !== null))
        : row,
    z.strictObject(columns).refine((row) => row.auth_password !== undefined || row.auth_ha1 !== undefined, {
      path: ['auth_password'],
      message: 'or auth_ha1 is required',
    }),
  )
  .openapi('UacregRow', {
    type: 'object',
    description:
      'The columns of `uacreg`: 13, 14 with `auth_ha1` and 16 with `contact_addr`, which is not used, and `socket`.',
    required: ['l_uuid', 'r_username', 'r_domain'],
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.keys(columns).map((name) => [
        name,
        { type: ['id', 'expires', 'flags', 'reg_delay'].includes(name) ? 'integer' : 'string' },
      ]),
    ),
  })
export type UacregRow = z.infer<typeof UacregRow>

/** Kamailio's flag of a registration that is not made. */
const DISABLED = 1

/** A trunk with what was changed on the way, in words. */
export interface ImportedTrunk {
  readonly trunk: Omit<StoredTrunk, 'secret'>
  readonly notes: readonly string[]
}

export function trunkOf(row: UacregRow): ImportedTrunk {
  const name = nameOf(row.l_uuid)
  const isUser = /^[A-Za-z0-9._-]+$/.test(row.l_uuid)
  const asked = row.expires === 0 ? DEFAULT_TRUNK_EXPIRES_SECONDS : row.expires
  const expiresSeconds = Math.min(Math.max(asked, MIN_TRUNK_EXPIRES_SECONDS), MAX_TRUNK_EXPIRES_SECONDS)
  const isListener = smallName.safeParse(row.socket).success
  const notes = [
    name !== row.l_uuid && `l_uuid ${row.l_uuid} has become the name ${name}`,
    !isUser && `the Contact has the user ${name}`,
    row.expires === 0 && 'expires is 0: it does not register',
    expiresSeconds !== asked && `expires ${asked} has become ${expiresSeconds}`,
    row.auth_ha1 !== undefined && row.auth_password !== undefined && 'auth_ha1 counts, auth_password is dropped',
    row.auth_ha1 !== undefined && row.realm === undefined && 'an HA1 is of one realm only, and realm is empty',
    row.socket !== undefined && !isListener && `socket ${row.socket} is no name of a listener, and is dropped`,
    row.l_domain === undefined && 'without l_domain no call over it reaches anybody',
  ]
  return {
    trunk: {
      name,
      registrar: row.r_domain,
      username: row.r_username,
      contactUser: isUser ? row.l_uuid : name,
      expiresSeconds,
      register: row.expires !== 0 && (row.flags & DISABLED) === 0,
      delaySeconds: row.reg_delay,
      callerId: 'pass',
      ...(row.auth_username === undefined ? {} : { authUsername: row.auth_username }),
      ...(row.realm === undefined ? {} : { realm: row.realm }),
      ...(row.auth_proxy === undefined ? {} : { authProxy: row.auth_proxy }),
      ...(row.l_domain === undefined ? {} : { domain: row.l_domain }),
      ...(row.l_username === undefined ? {} : { subscriber: row.l_username }),
      ...(row.socket === undefined || !isListener ? {} : { socket: row.socket }),
    },
    notes: notes.filter((note) => note !== false),
  }
}

const MAX_NAME = 32

/** The same `l_uuid` has the same name each time; a UUID loses its hyphens. */
function nameOf(uuid: string): string {
  const name = uuid
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  if (name.length <= MAX_NAME) return name
  const short = name.replaceAll('-', '')
  return short.length <= MAX_NAME ? short : `${short.slice(0, MAX_NAME - 9)}-${hash('SHA-256', uuid).slice(0, 8)}`
}
