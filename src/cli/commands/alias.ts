import { command } from '../command'
import { allOf, answerOf, inPath } from '../session'
import { table } from '../table'

export const ALIAS = [
  command({
    words: 'alias list',
    options: { to: { type: 'string', value: 'AOR', summary: 'only those that lead to this address' } },
    summary: 'List other names of addresses',
    rest: ['GET /v1/aliases'],
    examples: ['alias list --to alice@example.com'],
    run: async ({ session, options, io }) => {
      const all = await allOf((query) => answerOf(session.api().aliases.$get({ query })))
      const data = options.to === undefined ? all : all.filter(({ to }) => to === options.to)
      const text = table(
        data,
        [
          { title: 'ALIAS', of: ({ alias }) => alias },
          { title: 'LEADS TO', of: ({ to }) => to },
        ],
        { width: io.columns, none: 'No aliases.' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'alias add',
    args: ['ALIAS', 'AOR'],
    summary: 'Give an address another name, or lead the name elsewhere',
    rest: ['PUT /v1/aliases/{key}'],
    examples: ['alias add 61299999999@example.com alice@example.com'],
    run: async ({ session, args }) => {
      const data = await answerOf(
        session.api().aliases[':key'].$put({ param: { key: inPath(args.ALIAS) }, json: { to: args.AOR } }),
      )
      return { data, text: `${data.alias} leads to ${data.to}.` }
    },
  }),
  command({
    words: 'alias rm',
    args: ['ALIAS'],
    summary: 'Delete a name',
    rest: ['DELETE /v1/aliases/{key}'],
    examples: ['alias rm 61299999999@example.com'],
    run: async ({ session, args }) => {
      await answerOf(session.api().aliases[':key'].$delete({ param: { key: inPath(args.ALIAS) } }))
      return { data: {}, text: `${args.ALIAS} is deleted.` }
    },
  }),
]
