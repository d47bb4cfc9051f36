import { command } from '../command'
import { Failure } from '../failure'
import type { Io } from '../io'
import { allOf, answerIfThere, answerOf, type Client, inPath } from '../session'
import { table } from '../table'

type Codes = Readonly<Record<string, string>>

export const SPEED_DIAL = [
  command({
    words: 'speed-dial list',
    args: ['AOR?'],
    summary: 'List speed dials, of one subscriber or of all',
    rest: ['GET /v1/speed-dials', 'GET /v1/speed-dials/{key}'],
    examples: ['speed-dial list alice@example.com'],
    run: async ({ session, args, io }) => {
      if (args.AOR === undefined) {
        const data = await allOf((query) => answerOf(session.api()['speed-dials'].$get({ query })))
        return { data, text: codeTable(data, io) }
      }
      const codes = await codesOf(session.api(), args.AOR)
      return { data: codes, text: codeTable([{ of: args.AOR, codes }], io) }
    },
  }),
  command({
    words: 'speed-dial add',
    args: ['AOR', 'CODE', 'TARGET'],
    summary: 'Give a subscriber a short code for an address or a number',
    rest: ['GET /v1/speed-dials/{key}', 'PUT /v1/speed-dials/{key}'],
    details: 'CODE: one or two digits, or a star and one to four. TARGET: user@domain, or a number with its plus.',
    examples: [
      'speed-dial add alice@example.com 1 bob@example.com',
      "speed-dial add alice@example.com '*9' +61299999999",
    ],
    run: async ({ session, args }) => {
      const codes = { ...(await codesOf(session.api(), args.AOR)), [args.CODE]: args.TARGET }
      const data = await write(session.api(), args.AOR, codes)
      return { data, text: `${args.CODE} of ${args.AOR} is ${args.TARGET}.` }
    },
  }),
  command({
    words: 'speed-dial rm',
    args: ['AOR', 'CODE?'],
    summary: 'Delete one short code of a subscriber, or all',
    rest: ['PUT /v1/speed-dials/{key}', 'DELETE /v1/speed-dials/{key}'],
    examples: ['speed-dial rm alice@example.com 1'],
    run: async ({ session, args }) => {
      const { [args.CODE ?? '']: gone, ...left } = await codesOf(session.api(), args.AOR)
      if (args.CODE !== undefined && gone === undefined) throw new Failure(`${args.AOR} has no code ${args.CODE}.`)
      if (args.CODE !== undefined && Object.keys(left).length > 0) await write(session.api(), args.AOR, left)
      else await answerOf(session.api()['speed-dials'][':key'].$delete({ param: { key: inPath(args.AOR) } }))
      return { data: {}, text: `${args.CODE === undefined ? 'All codes' : args.CODE} of ${args.AOR} deleted.` }
    },
  }),
]

async function codesOf(api: Client, aor: string): Promise<Codes> {
  return (await answerIfThere(api['speed-dials'][':key'].$get({ param: { key: inPath(aor) } })))?.codes ?? {}
}

function write(api: Client, aor: string, codes: Codes) {
  return answerOf(api['speed-dials'][':key'].$put({ param: { key: inPath(aor) }, json: { codes: { ...codes } } }))
}

function codeTable(lists: ReadonlyArray<{ readonly of: string; readonly codes: Codes }>, io: Io): string {
  const rows = lists.flatMap(({ of, codes }) => Object.entries(codes).map(([code, target]) => ({ of, code, target })))
  return table(
    rows,
    [
      { title: 'SUBSCRIBER', of: (row) => row.of },
      { title: 'CODE', of: (row) => row.code },
      { title: 'TARGET', of: (row) => row.target },
    ],
    { width: io.columns, none: 'No speed dials.' },
  )
}
