import { command } from '../command'
import { Failure, UsageError } from '../failure'
import type { Io } from '../io'
import { allOf, answerOf, type Client, inPath } from '../session'
import { fields, table, when } from '../table'
import { bindingTable } from './location'
import { featureFields } from './subscriber-features'

export const SUBSCRIBER = [
  command({
    words: 'subscriber list',
    options: { domain: { type: 'string', value: 'NAME', summary: 'only this domain' } },
    summary: 'List subscribers',
    rest: ['GET /v1/subscribers'],
    examples: ['subscriber list --domain example.com'],
    run: async ({ session, options: { domain }, io }) => {
      const only = domain === undefined ? {} : { domain }
      const data = await allOf((page) => answerOf(session.api().subscribers.$get({ query: { ...page, ...only } })))
      const text = table(
        data,
        [
          { title: 'SUBSCRIBER', of: ({ aor }) => aor },
          { title: 'ENABLED', of: ({ enabled }) => (enabled ? 'yes' : 'NO') },
          { title: 'CREATED', of: ({ createdAt }) => when(createdAt) },
          { title: 'CHANGED', of: ({ updatedAt }) => when(updatedAt) },
        ],
        { width: io.columns, none: 'No subscribers yet: strowger subscriber add alice@example.com' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'subscriber show',
    args: ['AOR'],
    summary: 'Show a subscriber with call features, phones and messages that wait',
    rest: [
      'GET /v1/subscribers/{aor}',
      'GET /v1/subscribers/{aor}/features',
      'GET /v1/subscribers/{aor}/bindings',
      'GET /v1/subscribers/{aor}/messages',
    ],
    examples: ['subscriber show alice@example.com'],
    run: async ({ session, args, io }) => {
      const one = session.api().subscribers[':aor']
      const param = { aor: inPath(args.AOR) }
      const [subscriber, features, { items: bindings }, { items: messages }] = await Promise.all([
        answerOf(one.$get({ param })),
        answerOf(one.features.$get({ param })),
        answerOf(one.bindings.$get({ param })),
        answerOf(one.messages.$get({ param })),
      ])
      const head = fields([
        ['Subscriber', subscriber.aor],
        ['Enabled', subscriber.enabled ? 'yes' : 'NO'],
        ['Created', when(subscriber.createdAt)],
        ['Changed', when(subscriber.updatedAt)],
        ['On a call', subscriber.onCall === undefined ? undefined : subscriber.onCall ? 'YES' : 'no'],
        ['Messages waiting', messages.length],
        ...featureFields(features),
      ])
      return { data: { ...subscriber, features, bindings, messages }, text: `${head}\n\n${bindingTable(bindings, io)}` }
    },
  }),
  command({
    words: 'subscriber add',
    args: ['AOR', 'PASSWORD?'],
    summary: 'Create a subscriber',
    rest: ['POST /v1/subscribers'],
    details:
      'Without PASSWORD it is asked for, or read from the input: others can see what stands on a command line.\n' +
      'The domain must exist: strowger domain add NAME.',
    examples: ['subscriber add alice@example.com'],
    run: async ({ session, args, io }) => {
      const { username, domain } = splitAor(args.AOR)
      const api = session.api()
      const json = { username, domain, password: await passwordFor(args.AOR, args.PASSWORD, io) }
      const data = await answerOf(api.subscribers.$post({ json }))
      return { data, text: `${args.AOR} is created and can register.` }
    },
  }),
  command({
    words: 'subscriber passwd',
    args: ['AOR', 'PASSWORD?'],
    summary: 'Change a password; phones with the old one are signed out',
    rest: ['PATCH /v1/subscribers/{aor}'],
    details: 'Without PASSWORD it is asked for, or read from the input.',
    examples: ['subscriber passwd alice@example.com'],
    run: async ({ session, args, io }) => {
      const api = session.api()
      const data = await change(api, args.AOR, { password: await passwordFor(args.AOR, args.PASSWORD, io) })
      return { data, text: `${args.AOR} has a new password.` }
    },
  }),
  command({
    words: 'subscriber disable',
    args: ['AOR'],
    summary: 'Sign a subscriber out and refuse him from now on',
    rest: ['PATCH /v1/subscribers/{aor}'],
    examples: ['subscriber disable alice@example.com'],
    run: async ({ session, args }) => {
      const data = await change(session.api(), args.AOR, { enabled: false })
      return { data, text: `${args.AOR} is disabled and signed out.` }
    },
  }),
  command({
    words: 'subscriber enable',
    args: ['AOR'],
    summary: 'Let a disabled subscriber in again',
    rest: ['PATCH /v1/subscribers/{aor}'],
    examples: ['subscriber enable alice@example.com'],
    run: async ({ session, args }) => {
      const data = await change(session.api(), args.AOR, { enabled: true })
      return { data, text: `${args.AOR} is enabled.` }
    },
  }),
  command({
    words: 'subscriber rm',
    args: ['AOR'],
    summary: 'Delete a subscriber with his phones, messages, speed dials and limits',
    rest: ['DELETE /v1/subscribers/{aor}'],
    examples: ['subscriber rm alice@example.com'],
    run: async ({ session, args }) => {
      await answerOf(session.api().subscribers[':aor'].$delete({ param: { aor: inPath(args.AOR) } }))
      return { data: {}, text: `${args.AOR} is deleted and signed out.` }
    },
  }),
]

function change(api: Client, aor: string, json: { password?: string; enabled?: boolean }) {
  return answerOf(api.subscribers[':aor'].$patch({ param: { aor: inPath(aor) }, json }))
}

function splitAor(aor: string): { readonly username: string; readonly domain: string } {
  const at = aor.indexOf('@')
  if (at < 1 || at === aor.length - 1) throw new UsageError(`"${aor}" is not like alice@example.com`)
  return { username: aor.slice(0, at), domain: aor.slice(at + 1) }
}

async function passwordFor(whom: string, given: string | undefined, io: Io): Promise<string> {
  const password = given ?? (await io.askSecret(`Password of ${whom}: `))
  if (password === '') throw new Failure('No password was given.')
  return password
}
