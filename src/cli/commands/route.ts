import { command } from '../command'
import { UsageError } from '../failure'
import { allOf, answerOf, inPath } from '../session'
import { printable, table } from '../table'

export const ROUTE = [
  command({
    words: 'route list',
    summary: 'List which carriers numbers go to, by prefix',
    rest: ['GET /v1/carrier-routes'],
    details: 'The longest prefix counts; its sets are tried by their cost, the cheapest first.',
    examples: ['route list'],
    run: async ({ session, io }) => {
      const data = await allOf((query) => answerOf(session.api()['carrier-routes'].$get({ query })))
      const rows = data.flatMap(({ prefix, sets }) =>
        sets.toSorted((a, b) => a.cost - b.cost).map(({ set, cost }) => ({ prefix, set, cost })),
      )
      const text = table(
        rows,
        [
          { title: 'PREFIX', of: ({ prefix }) => prefix },
          { title: 'SET', of: ({ set }) => set },
          { title: 'COST', of: ({ cost }) => cost, right: true },
        ],
        { width: io.columns, none: 'No carrier routes: no number leads out.' },
      )
      const problems = data.flatMap(({ prefix, problems }) =>
        (problems ?? []).map((p) => `Problem: ${prefix}: ${printable(p)}`),
      )
      return { data, text: [text, ...problems].join('\n') }
    },
  }),
  command({
    words: 'route set',
    args: ['PREFIX', 'SET...'],
    summary: 'Send numbers with a prefix to dispatcher sets, in place of where they went',
    rest: ['PUT /v1/carrier-routes/{key}'],
    details:
      'PREFIX: digits without a plus, or "default". SET: name of a set, with a cost or without: main:1 backup:2.',
    examples: ['route set default main', 'route set 61 second:1 main:2'],
    run: async ({ session, args }) => {
      const json = { sets: args.SET.map(setOf) }
      const param = { key: inPath(args.PREFIX) }
      const data = await answerOf(session.api()['carrier-routes'][':key'].$put({ param, json }))
      const order = data.sets.toSorted((a, b) => a.cost - b.cost).map(({ set }) => set)
      const problems = (data.problems ?? []).map((problem) => `Problem: ${printable(problem)}`)
      return { data, text: [`${data.prefix}: ${order.join(', then ')}.`, ...problems].join('\n') }
    },
  }),
  command({
    words: 'route rm',
    args: ['PREFIX'],
    summary: 'Delete a carrier route',
    rest: ['DELETE /v1/carrier-routes/{key}'],
    examples: ['route rm 61'],
    run: async ({ session, args }) => {
      await answerOf(session.api()['carrier-routes'][':key'].$delete({ param: { key: inPath(args.PREFIX) } }))
      return { data: {}, text: `The route ${args.PREFIX} is deleted.` }
    },
  }),
]

function setOf(text: string): { readonly set: string; readonly cost: number } {
  const [set = '', cost = '0', more] = text.split(':')
  if (more !== undefined || !/^\d+(?:\.\d+)?$/.test(cost))
    throw new UsageError(`"${text}" is not like main or main:1.5.`)
  return { set, cost: Number(cost) }
}
