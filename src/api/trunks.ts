import { z } from '@hono/zod-openapi'
import { faultOfKeys, sealSecret } from '../platform/sealed-secret'
import { DEFAULT_TRUNK_EXPIRES_SECONDS, MAX_TRUNK_EXPIRES_SECONDS, MIN_TRUNK_EXPIRES_SECONDS } from '../sip/uac/trunk'
import { openDatabase } from '../store/database'
import { findDocument } from '../store/documents'
import { trunks as table } from '../store/schema'
import type { StoredTrunk } from '../store/stored-trunk'
import { documentRoutes } from './document-routes'
import { domainName, sipUri, smallName, username } from './fields'
import { TrunkState, trunkStates } from './live-states'
import { Problem } from './problem'

const host = z
  .string()
  .regex(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/, 'is a host, with a port when it is not 5060')

const fields = {
  registrar: host.openapi({ description: '`r_domain`: the domain that we register in.', example: 'carrier.example' }),
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
}

const Input = z
  .strictObject({
    ...fields,
    password: z.string().min(1).max(128).optional().openapi({ description: '`auth_password`', format: 'password' }),
    ha1: z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'is 32 hexadecimal digits: the MD5 of user:realm:password')
      .optional()
      .openapi({ description: '`auth_ha1`: counts before a password.' }),
    contactUser: fields.contactUser.optional().openapi({ description: 'Default: the name of the trunk.' }),
    expiresSeconds: fields.expiresSeconds.default(DEFAULT_TRUNK_EXPIRES_SECONDS),
    register: fields.register.default(true),
    delaySeconds: fields.delaySeconds.default(0),
    callerId: fields.callerId.default('pass'),
  })
  .openapi('NewTrunk')

const View = z
  .object({
    name: z.string(),
    ...fields,
    secret: z.enum(['password', 'ha1']).openapi({ description: 'Its kind only.' }),
    states: z
      .array(TrunkState)
      .optional()
      .openapi({ description: 'Of each gateway that has reported; not in the answer to a change.' }),
  })
  .openapi('Trunk')

export const trunks = documentRoutes<StoredTrunk, z.infer<typeof View>>({
  table,
  path: '/trunks',
  noun: 'trunk',
  tag: 'Carriers',
  key: smallName,
  input: Input,
  view: View,
  description:
    'A carrier that gateways register with (`uacreg` of Kamailio). Without `password` and `ha1` the secret stays as it is. ' +
    'It is stored encrypted with SECRETS_KEY and never shown.',
  store: async (name, input, env) => {
    const { password, ha1, ...rest } = input as z.infer<typeof Input>
    const secret = ha1 ?? password
    const sealed =
      secret === undefined
        ? await keptSecret(env, name)
        : { kind: ha1 === undefined ? ('password' as const) : ('ha1' as const), sealed: await seal(secret, name, env) }
    return { name, ...rest, contactUser: rest.contactUser ?? name, secret: sealed } as StoredTrunk
  },
  live: true,
  show: ({ secret, ...trunk }, reports) =>
    ({
      ...trunk,
      secret: secret.kind,
      ...(reports && { states: trunkStates(reports, trunk.name) }),
    }) as z.infer<typeof View>,
})

function seal(secret: string, name: string, env: Env): Promise<string> {
  const fault = faultOfKeys(env.SECRETS_KEY)
  if (fault !== undefined) throw new Problem(503, fault)
  return sealSecret(secret, name, env.SECRETS_KEY ?? '')
}

async function keptSecret(env: Env, name: string): Promise<StoredTrunk['secret']> {
  const known = await findDocument(openDatabase(env.DB), table, name)
  if (!known) throw new Problem(400, 'A new trunk needs a password or an ha1.', { field: 'password' })
  return known.body.secret
}
