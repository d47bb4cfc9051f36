import { command } from '../command'
import { Failure } from '../failure'
import { answerOf, inPath } from '../session'
import { table, when } from '../table'

export const GATEWAY = [
  command({
    words: 'gateway list',
    summary: 'List gateways, and whether they are connected',
    rest: ['GET /v1/gateways'],
    details: '`dmq.list_nodes`.',
    examples: ['gateway list'],
    run: async ({ session, io }) => {
      const { items: data } = await answerOf(session.api().gateways.$get())
      const text = table(
        data,
        [
          { title: 'GATEWAY', of: ({ name }) => name },
          { title: 'STATE', of: ({ sockets }) => (sockets > 0 ? 'connected' : 'AWAY') },
          { title: 'SOCKETS', of: ({ sockets }) => sockets, right: true },
          { title: 'CONNECTED SINCE', of: ({ connectedAt }) => when(connectedAt) },
          { title: 'LAST REPORT', of: ({ reportedAt }) => when(reportedAt) },
        ],
        { width: io.columns, none: 'No gateway has ever connected: npm run gateway -- --help' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'gateway show',
    args: ['NAME'],
    summary: 'Show what a gateway has reported, as JSON',
    rest: ['GET /v1/gateways'],
    examples: ['gateway show g1'],
    run: async ({ session, args }) => {
      const { items } = await answerOf(session.api().gateways.$get())
      const data = items.find(({ name }) => name === args.NAME)
      if (!data) throw new Failure(`There is no gateway ${args.NAME}.`)
      return { data, text: JSON.stringify(data, undefined, 2) }
    },
  }),
  command({
    words: 'gateway rm',
    args: ['NAME'],
    summary: 'Forget a gateway that is gone for good',
    rest: ['DELETE /v1/gateways/{name}'],
    examples: ['gateway rm g1'],
    run: async ({ session, args }) => {
      await answerOf(session.api().gateways[':name'].$delete({ param: { name: inPath(args.NAME) } }))
      return { data: {}, text: `Gateway ${args.NAME} is forgotten.` }
    },
  }),
]
