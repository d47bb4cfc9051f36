import { command } from '../command'
import { answerOf, inPath } from '../session'
import { table, when } from '../table'

export const BAN = [
  command({
    words: 'ban list',
    summary: 'List sources that have sent too much',
    rest: ['GET /v1/bans'],
    details: 'Of the routing script (pike) and of gateways, which are asked while you wait, three seconds at most.',
    examples: ['ban list'],
    run: async ({ session, io }) => {
      const data = await answerOf(session.api().bans.$get())
      const text = table(
        data.items,
        [
          { title: 'SOURCE', of: ({ source }) => source },
          { title: 'UNTIL', of: ({ until }) => when(until) },
          { title: 'BY', of: ({ gateway }) => (gateway === undefined ? 'script' : `gateway ${gateway}`) },
        ],
        { width: io.columns, none: 'Nobody is banned.' },
      )
      const silent = data.silent.map((name) => `Gateway ${name} did not answer: it may have bans that are not shown.`)
      return { data, text: [text, ...silent].join('\n') }
    },
  }),
  command({
    words: 'ban clear',
    args: ['SOURCE'],
    summary: 'Lift the ban of a source',
    rest: ['DELETE /v1/bans/{source}'],
    examples: ['ban clear 203.0.113.9'],
    run: async ({ session, args }) => {
      await answerOf(session.api().bans[':source'].$delete({ param: { source: inPath(args.SOURCE) } }))
      return { data: {}, text: `${args.SOURCE} is not banned any more.` }
    },
  }),
]
