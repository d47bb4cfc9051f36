import { z } from '@hono/zod-openapi'
import { DEFAULT_TRUNK_EXPIRES_SECONDS, MAX_TRUNK_EXPIRES_SECONDS, MIN_TRUNK_EXPIRES_SECONDS } from '../sip/uac/trunk'
import { openDatabase } from '../store/database'
import { findDocument } from '../store/documents'
import { trunks as table } from '../store/schema'
import type { StoredTrunk } from '../store/stored-trunk'
import { countryCode } from './dial-rules'
import { documentRoutes } from './document-routes'
import { domainName, sipUri, smallName, username } from './fields'
import { MAX_PASSWORD } from './limits'
import { type LiveReport, TrunkState, trunkStates } from './live-states'
import { Problem } from './problem'
import { secretOf } from './trunk-secret'

export const registrarHost = z
  .string()
  .regex(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/, 'is a host, with a port when it is not 5060')

export const trunkFields = {
  registrar: registrarHost.openapi({
    description: '`r_domain`: the domain that we register in.',
    example: 'carrier.example',
  }),
  username: username.openapi({ description: '`r_username`: our user there.', example: '61299990000' }),
  authUsername: username.optional().openapi({ description: '`auth_username`: the user of the digest, when another.' }),
  realm: z.string().min(1).max(255).optional().openapi({
    description: '`realm`: no digest is sent to any other; absent: the one of the challenge is accepted.',
  }),
  authProxy: sipUri.optional().openapi({ description: '`auth_proxy`: where the REGISTER goes, when elsewhere.' }),
  contactUser: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits and ._-')
    .openapi({ description: '`l_username`, `l_uuid`: user of our Contact; calls to it come over this trunk.' }),
  expiresSeconds: z.int().min(MIN_TRUNK_EXPIRES_SECONDS).max(MAX_TRUNK_EXPIRES_SECONDS),
  register: z.boolean().openapi({ description: '`flags`: false unregisters; calls out still get its credentials.' }),
  delaySeconds: z.int().min(0).max(3_600).openapi({ description: '`reg_delay`: before the first REGISTER.' }),
  callerId: z.enum(['pass', 'trunk', 'asserted']),
  domain: domainName.optional().openapi({
    description: '`l_domain`: whose subscribers have the numbers that are called over it.',
  }),
  subscriber: username.optional().openapi({
    description: '`l_username`: who of the domain gets the calls; without him it is who has the number in To.',
    example: '1001',
  }),
  country: countryCode.optional().openapi({
    type: 'string',
    description: 'Where the national numbers are from that are called and shown over it, ISO 3166.',
  }),
  socket: smallName.optional().openapi({
    description:
      '`socket`: name of the listener of the gateways that it knows us by (`LISTEN=...;name=`); default: any.',
    example: 'second',
  }),
}

export const trunkSecret = {
  password: z
    .string()
    .min(1)
    .max(MAX_PASSWORD)
    .optional()
    .openapi({ description: '`auth_password`', format: 'password' }),
  ha1: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'is 32 hexadecimal digits: the MD5 of user:realm:password')
    .optional()
    .openapi({ description: '`auth_ha1`: counts before a password.', format: 'password' }),
}

const Input = z
  .strictObject({
    ...trunkFields,
    ...trunkSecret,
    contactUser: trunkFields.contactUser.optional().openapi({ description: 'Default: the name of the trunk.' }),
    expiresSeconds: trunkFields.expiresSeconds.default(DEFAULT_TRUNK_EXPIRES_SECONDS),
    register: trunkFields.register.default(true),
    delaySeconds: trunkFields.delaySeconds.default(0),
    callerId: trunkFields.callerId.default('pass'),
  })
  .openapi('NewTrunk')

export const TrunkView = z
  .object({
    name: z.string(),
    ...trunkFields,
    secret: z.enum(['password', 'ha1']).openapi({ description: 'Its kind only.' }),
    states: z
      .array(TrunkState)
      .optional()
      .openapi({ description: 'Of each gateway that has reported; not in the answer to a change.' }),
  })
  .openapi('Trunk')

export const trunks = documentRoutes({
  table,
  path: '/trunks',
  noun: 'trunk',
  tag: 'Carriers',
  key: smallName,
  input: Input,
  view: TrunkView,
  description:
    'A carrier that gateways register with (`uacreg` of Kamailio). Without `password` and `ha1` the secret stays. ' +
    'It is stored encrypted with SECRETS_KEY and never shown.',
  store: async (name, input, env) => {
    const { password, ha1, ...rest } = input as z.infer<typeof Input>
    const known = await findDocument(openDatabase(env.DB), table, name)
    const secret = await secretOf({ password, ha1 }, known?.body.secret, name, env)
    if (!secret) throw new Problem(400, 'A new trunk needs a password or an ha1.', { field: 'password' })
    return { name, ...rest, contactUser: rest.contactUser ?? name, secret } as StoredTrunk
  },
  forGateways: true,
  live: true,
  show: showTrunk,
})

export function showTrunk(
  { secret, ...trunk }: StoredTrunk,
  reports?: readonly LiveReport[],
): z.infer<typeof TrunkView> {
  const states = reports && { states: trunkStates(reports, trunk.name) }
  return { ...trunk, secret: secret.kind, ...states } as z.infer<typeof TrunkView>
}
