import { oneOf } from '../arguments'
import { command } from '../command'
import { UsageError } from '../failure'
import { allOf, answerOf, inPath } from '../session'
import { fields, table, when } from '../table'

const SCOPES = ['read', 'subscribers', 'carriers', 'calls', 'admin'] as const

export const TOKEN = [
  command({
    words: 'token list',
    summary: 'List tokens for the API; their secrets are not kept',
    rest: ['GET /v1/tokens'],
    examples: ['token list'],
    run: async ({ session, io }) => {
      const data = await allOf((query) => answerOf(session.api().tokens.$get({ query })))
      const text = table(
        data,
        [
          { title: 'ID', of: ({ id }) => id },
          { title: 'NAME', of: ({ name }) => name, shrinks: true },
          { title: 'SCOPES', of: ({ scopes }) => scopes.join(',') },
          { title: 'DOMAINS', of: ({ domains }) => domains?.join(',') ?? 'all', shrinks: true },
          { title: 'ENDS', of: ({ expiresAt }) => when(expiresAt ?? undefined) ?? 'never' },
          { title: 'CREATED', of: ({ createdAt }) => when(createdAt) },
        ],
        { width: io.columns, none: 'No tokens but ADMIN_TOKEN.' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'token add',
    args: ['NAME'],
    options: {
      scope: {
        type: 'string',
        multiple: true,
        value: 'SCOPE',
        summary: `${SCOPES.join(', ')}; may be repeated (required)`,
      },
      domain: {
        type: 'string',
        multiple: true,
        value: 'NAME',
        summary: 'only this domain; may be repeated; default: all',
      },
      expires: {
        type: 'string',
        value: 'DATE',
        summary: 'when it ends: 2030-01-31, or a time of RFC 3339; default: never',
      },
    },
    summary: 'Make a token that may do less than the admin token',
    rest: ['POST /v1/tokens'],
    details: 'Prints the secret, this once: only its hash is kept. NAME says what it is for.',
    examples: ["token add 'front desk' --scope read --scope subscribers --domain example.com --expires 2030-01-31"],
    run: async ({ session, args, options }) => {
      if (options.scope.length === 0) throw new UsageError(`--scope is missing: one or more of ${SCOPES.join(', ')}.`)
      const json = {
        name: args.NAME,
        scopes: options.scope.map((scope) => oneOf('scope', scope, SCOPES)),
        ...(options.domain.length === 0 ? {} : { domains: [...options.domain] }),
        ...(options.expires === undefined ? {} : { expiresAt: endOf(options.expires) }),
      }
      const data = await answerOf(session.api().tokens.$post({ json }))
      const text = fields([
        ['ID', data.id],
        ['Name', data.name],
        ['Scopes', data.scopes.join(', ')],
        ['Domains', data.domains?.join(', ') ?? 'all'],
        ['Ends', when(data.expiresAt ?? undefined) ?? 'never'],
        ['Token', `${data.token}\nKeep it now: it is shown this once.`],
      ])
      return { data, text }
    },
  }),
  command({
    words: 'token rm',
    args: ['ID'],
    summary: 'Delete a token; the next request with it is refused',
    rest: ['DELETE /v1/tokens/{id}'],
    examples: ['token rm kX3v9Q2mT0A'],
    run: async ({ session, args }) => {
      await answerOf(session.api().tokens[':id'].$delete({ param: { id: inPath(args.ID) } }))
      return { data: {}, text: `Token ${args.ID} is deleted.` }
    },
  }),
]

/** A day ends where it does in UTC. */
function endOf(text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59Z` : text
  if (Number.isNaN(Date.parse(time))) throw new UsageError(`--expires ${text}: not a date like 2030-01-31.`)
  return new Date(time).toISOString()
}
