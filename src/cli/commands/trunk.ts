import { oneOf, wholeNumber } from '../arguments'
import { command, type OptionsOf } from '../command'
import { Failure, UsageError } from '../failure'
import { allOf, answerOf, type Client, inPath } from '../session'
import { fields, printable, table, when } from '../table'

type Trunk = Awaited<ReturnType<typeof readTrunk>>

const SETTINGS = {
  registrar: { type: 'string', value: 'HOST[:PORT]', summary: 'r_domain: the domain that we register in' },
  username: { type: 'string', value: 'USER', summary: 'r_username: our user there' },
  'auth-username': { type: 'string', value: 'USER', summary: 'auth_username: the user of the digest, when another' },
  realm: { type: 'string', value: 'REALM', summary: 'realm: no digest goes to any other' },
  'auth-proxy': { type: 'string', value: 'URI', summary: 'auth_proxy: where the REGISTER goes, when elsewhere' },
  'contact-user': { type: 'string', value: 'USER', summary: 'l_uuid: user of our Contact; default: the name' },
  domain: {
    type: 'string',
    value: 'NAME',
    summary: 'l_domain: whose subscribers have the numbers that are called over it',
  },
  subscriber: { type: 'string', value: 'USER', summary: 'l_username: who of the domain gets its calls' },
  country: { type: 'string', value: 'AU', summary: 'where the national numbers are from that are called over it' },
  expires: { type: 'string', value: 'SECONDS', summary: 'how long a registration is asked for; default: 600' },
  'caller-id': {
    type: 'string',
    value: 'pass|trunk|asserted',
    summary: 'whom the carrier sees calling; default: pass',
  },
} as const

export const TRUNK = [
  command({
    words: 'trunk list',
    summary: 'List trunks with the states of their registrations',
    rest: ['GET /v1/trunks'],
    details: '`uac.reg_dump`. A row for each gateway that has reported.',
    examples: ['trunk list'],
    run: async ({ session, io }) => {
      const data: Trunk[] = await allOf((query) => answerOf(session.api().trunks.$get({ query })))
      const rows = data.flatMap((trunk) =>
        (trunk.states?.length ? trunk.states : [undefined]).map((live) => ({ trunk, live })),
      )
      const text = table(
        rows,
        [
          { title: 'TRUNK', of: ({ trunk }) => trunk.name },
          { title: 'REGISTRAR', of: ({ trunk }) => trunk.registrar, shrinks: true },
          { title: 'USER', of: ({ trunk }) => trunk.username },
          { title: 'STATE', of: ({ trunk, live }) => live?.status ?? (trunk.register ? '(registers)' : '(disabled)') },
          { title: 'GATEWAY', of: ({ live }) => live && `${live.gateway}${live.connected ? '' : ' (away)'}` },
          { title: 'UNTIL', of: ({ live }) => when(live?.registeredUntil) },
          {
            title: 'LAST ANSWER',
            of: ({ live }) => `${live?.lastCode ?? ''} ${live?.lastReason ?? ''}`.trim() || undefined,
            shrinks: true,
          },
        ],
        { width: io.columns, none: 'No trunks.' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'trunk show',
    args: ['NAME'],
    summary: 'Show a trunk; its secret is never shown',
    rest: ['GET /v1/trunks/{key}'],
    examples: ['trunk show one'],
    run: async ({ session, args }) => {
      const data = await readTrunk(session.api(), args.NAME)
      return { data, text: shown(data) }
    },
  }),
  command({
    words: 'trunk trace',
    args: ['NAME'],
    summary: 'Show what was said between a trunk and its registrar',
    rest: ['GET /v1/trunks/{key}/trace'],
    details: 'Gateways are asked while you wait, three seconds at most.',
    examples: ['trunk trace one'],
    run: async ({ session, args, json }) => {
      const { trace } = session.api().trunks[':key']
      const param = { key: inPath(args.NAME) }
      if (json) return { data: await answerOf(trace.$get({ param })), text: '' }
      const text = await answerOf(trace.$get({ param }, { headers: { Accept: 'text/plain' } }))
      const lines = String(text).trimEnd().split('\n').map(printable).join('\n')
      return { data: undefined, text: lines === '' ? 'No gateway has anything to tell.' : lines }
    },
  }),
  command({
    words: 'trunk add',
    args: ['NAME', 'PASSWORD?'],
    options: SETTINGS,
    summary: 'Create or replace a trunk, with which gateways register',
    rest: ['PUT /v1/trunks/{key}'],
    details: 'Needs --registrar and --username. Without PASSWORD it is asked for, or read from the input.',
    examples: ['trunk add one --registrar carrier.example --username 61299990000 --domain example.com'],
    run: async ({ session, args, options, io }) => {
      const { registrar, username, ...rest } = settings(options)
      if (registrar === undefined || username === undefined)
        throw new UsageError('--registrar and --username are needed.')
      const api = session.api()
      const password = args.PASSWORD ?? (await io.askSecret(`Password of ${username} at ${registrar}: `))
      if (password === '') throw new Failure('No password was given.')
      const param = { key: inPath(args.NAME) }
      const data = await answerOf(api.trunks[':key'].$put({ param, json: { registrar, username, ...rest, password } }))
      return { data, text: shown(data) }
    },
  }),
  command({
    words: 'trunk set',
    args: ['NAME'],
    options: SETTINGS,
    summary: 'Change settings of a trunk',
    rest: ['PATCH /v1/trunks/{key}'],
    examples: ['trunk set one --subscriber 1001'],
    run: async ({ session, args, options }) => {
      const data = await change(session.api(), args.NAME, settings(options))
      return { data, text: shown(data) }
    },
  }),
  command({
    words: 'trunk passwd',
    args: ['NAME', 'PASSWORD?'],
    summary: 'Change the password of a trunk',
    rest: ['PATCH /v1/trunks/{key}'],
    examples: ['trunk passwd one'],
    run: async ({ session, args, io }) => {
      const api = session.api()
      const password = args.PASSWORD ?? (await io.askSecret(`Password of trunk ${args.NAME}: `))
      if (password === '') throw new Failure('No password was given.')
      return { data: await change(api, args.NAME, { password }), text: `Trunk ${args.NAME} has a new password.` }
    },
  }),
  command({
    words: 'trunk enable',
    args: ['NAME'],
    summary: 'Register a trunk (again)',
    rest: ['PATCH /v1/trunks/{key}'],
    examples: ['trunk enable one'],
    run: async ({ session, args }) => {
      const data = await change(session.api(), args.NAME, { register: true })
      return { data, text: `Gateways register trunk ${args.NAME} within seconds. To see it: strowger trunk list` }
    },
  }),
  command({
    words: 'trunk disable',
    args: ['NAME'],
    summary: 'Unregister a trunk; calls out still get its credentials',
    rest: ['PATCH /v1/trunks/{key}'],
    examples: ['trunk disable one'],
    run: async ({ session, args }) => {
      const data = await change(session.api(), args.NAME, { register: false })
      return { data, text: `Trunk ${args.NAME} is unregistered.` }
    },
  }),
  command({
    words: 'trunk rm',
    args: ['NAME'],
    summary: 'Delete a trunk',
    rest: ['DELETE /v1/trunks/{key}'],
    examples: ['trunk rm one'],
    run: async ({ session, args }) => {
      await answerOf(session.api().trunks[':key'].$delete({ param: { key: inPath(args.NAME) } }))
      return { data: {}, text: `Trunk ${args.NAME} is deleted.` }
    },
  }),
]

function readTrunk(api: Client, name: string) {
  return answerOf(api.trunks[':key'].$get({ param: { key: inPath(name) } }))
}

type Changes = ReturnType<typeof settings> & { readonly register?: boolean; readonly password?: string }

function change(api: Client, name: string, json: Changes) {
  return answerOf(api.trunks[':key'].$patch({ param: { key: inPath(name) }, json }))
}

/** What is named, and nothing else. */
function settings(options: OptionsOf<typeof SETTINGS>) {
  const { registrar, username, realm, domain, subscriber, expires, country } = options
  const texts = {
    registrar,
    username,
    realm,
    domain,
    subscriber,
    authUsername: options['auth-username'],
    authProxy: options['auth-proxy'],
    contactUser: options['contact-user'],
  }
  const known = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined))
  const callerId = options['caller-id']
  return {
    ...(known as { [K in keyof typeof texts]?: string }),
    // The API knows which there are, and says so.
    ...(country === undefined ? {} : { country: country as NonNullable<Trunk['country']> }),
    ...(expires === undefined ? {} : { expiresSeconds: wholeNumber('expires', expires) }),
    ...(callerId === undefined ? {} : { callerId: oneOf('caller-id', callerId, ['pass', 'trunk', 'asserted']) }),
  }
}

function shown(trunk: Trunk): string {
  const { states = [] } = trunk
  return fields([
    ['Trunk', trunk.name],
    ['Registrar', trunk.registrar],
    ['User', trunk.username],
    ['User of the digest', trunk.authUsername],
    ['Realm', trunk.realm],
    ['REGISTER goes to', trunk.authProxy],
    ['Contact user', trunk.contactUser],
    ['Expires', `${trunk.expiresSeconds} s`],
    ['Registers', trunk.register ? 'yes' : 'NO'],
    ['Caller ID', trunk.callerId],
    ['Domain', trunk.domain],
    ['Subscriber', trunk.subscriber],
    ['Country', trunk.country],
    ['Socket', trunk.socket],
    ['Secret', trunk.secret],
    ...states.map((live) => [`State in ${live.gateway}`, stateOf(live)] as const),
  ])
}

function stateOf(live: NonNullable<Trunk['states']>[number]): string {
  const { status, connected, registeredUntil, nextAttempt, lastCode, lastReason, theirRealm } = live
  return [
    `${status}${connected ? '' : ' (the gateway is away)'}`,
    ...(registeredUntil === undefined ? [] : [`until ${when(registeredUntil)}`]),
    ...(nextAttempt === undefined ? [] : [`next REGISTER ${when(nextAttempt)}`]),
    ...(lastCode === undefined && lastReason === undefined
      ? []
      : [`last answer ${lastCode ?? ''} ${lastReason ?? ''}`.trim()]),
    ...(theirRealm === undefined ? [] : [`their realm is ${theirRealm}`]),
  ].join(', ')
}
