import { oneOf } from '../arguments'
import { command, type OptionsOf } from '../command'
import { UsageError } from '../failure'
import { allOf, answerOf, type Client, inPath } from '../session'
import { fields, table, when } from '../table'

/** A domain as the API shows it. */
type Domain = Awaited<ReturnType<typeof readDomain>>

const SETTINGS = {
  unregistered: { type: 'string', value: '404|rfc', summary: 'what a call to an address without a phone gets' },
  algorithms: {
    type: 'string',
    value: 'MD5,SHA-256',
    summary: 'digest challenges, best first; browser phones know MD5 only',
  },
  country: {
    type: 'string',
    value: 'AU',
    summary: 'where national numbers are dialled, ISO 3166; none: only international ones',
  },
  without: {
    type: 'string',
    value: 'BLOCK,...',
    summary: 'blocks of the default script that it does without; none: it has all',
  },
} as const

export const DOMAIN = [
  command({
    words: 'domain list',
    summary: 'List domains',
    rest: ['GET /v1/domains'],
    examples: ['domain list'],
    run: async ({ session, io }) => {
      const data = await allOf((query) => answerOf(session.api().domains.$get({ query })))
      const text = table(
        data,
        [
          { title: 'DOMAIN', of: ({ name }) => name },
          { title: 'UNREGISTERED', of: ({ unregistered }) => unregistered },
          { title: 'ALGORITHMS', of: ({ algorithms }) => algorithms.join(',') },
          { title: 'COUNTRY', of: ({ country }) => country ?? undefined },
          { title: 'WITHOUT', of: ({ disabledBlocks }) => disabledBlocks.join(',') || undefined, shrinks: true },
        ],
        { width: io.columns, none: 'No domains yet: strowger domain add example.com' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'domain show',
    args: ['NAME'],
    summary: 'Show the settings of a domain',
    rest: ['GET /v1/domains/{name}'],
    examples: ['domain show example.com'],
    run: async ({ session, args }) => shown(await readDomain(session.api(), args.NAME)),
  }),
  command({
    words: 'domain add',
    args: ['NAME'],
    options: SETTINGS,
    summary: 'Create a domain',
    rest: ['POST /v1/domains'],
    examples: ['domain add example.com --country AU'],
    run: async ({ session, args, options }) =>
      shown(await answerOf(session.api().domains.$post({ json: { name: args.NAME, ...settings(options) } }))),
  }),
  command({
    words: 'domain set',
    args: ['NAME'],
    options: SETTINGS,
    summary: 'Change settings of a domain',
    rest: ['PATCH /v1/domains/{name}'],
    details: 'What is not named stays. Emergency numbers and dial rules are set over REST.',
    examples: [
      'domain set example.com --unregistered rfc',
      'domain set example.com --without carriers,offlineMessages',
    ],
    run: async ({ session, args, options }) => {
      const json = settings(options)
      if (Object.keys(json).length === 0) throw new UsageError('Nothing to change. See: strowger domain set --help')
      return shown(await answerOf(session.api().domains[':name'].$patch({ param: { name: inPath(args.NAME) }, json })))
    },
  }),
  command({
    words: 'domain rm',
    args: ['NAME'],
    summary: 'Delete a domain that has no subscribers',
    rest: ['DELETE /v1/domains/{name}'],
    examples: ['domain rm example.com'],
    run: async ({ session, args }) => {
      await answerOf(session.api().domains[':name'].$delete({ param: { name: inPath(args.NAME) } }))
      return { data: {}, text: `${args.NAME} is deleted.` }
    },
  }),
]

function readDomain(api: Client, name: string) {
  return answerOf(api.domains[':name'].$get({ param: { name: inPath(name) } }))
}

function settings({ unregistered, algorithms, country, without }: OptionsOf<typeof SETTINGS>) {
  return {
    ...(unregistered === undefined ? {} : { unregistered: oneOf('unregistered', unregistered, ['404', 'rfc']) }),
    ...(algorithms === undefined
      ? {}
      : { algorithms: listOf(algorithms).map((name) => oneOf('algorithms', name, ['MD5', 'SHA-256'])) }),
    // The API knows the countries and the blocks, and says so.
    ...(country === undefined
      ? {}
      : { country: country === 'none' ? null : (country as NonNullable<Domain['country']>) }),
    ...(without === undefined
      ? {}
      : { disabledBlocks: listOf(without === 'none' ? '' : without) as Domain['disabledBlocks'] }),
  }
}

function listOf(text: string): string[] {
  return text.split(',').filter((part) => part !== '')
}

function shown(domain: Domain) {
  const { name, unregistered, algorithms, country, dialRules, disabledBlocks, emergency } = domain
  const { createdAt, updatedAt } = domain
  return {
    data: domain,
    text: fields([
      ['Domain', name],
      ['Unregistered', unregistered],
      ['Algorithms', algorithms.join(', ')],
      ['Country', country ?? 'none'],
      ['Dial rules', dialRules ? JSON.stringify(dialRules) : 'none'],
      ['Without blocks', disabledBlocks.join(', ') || 'none'],
      ['Emergency', emergency ? `${emergency.numbers.join(', ')} to ${emergency.route}` : 'none'],
      ['Created', when(createdAt)],
      ['Changed', when(updatedAt)],
    ]),
  }
}
