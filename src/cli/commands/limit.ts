import { amount, wholeNumber } from '../arguments'
import { command } from '../command'
import { UsageError } from '../failure'
import { allOf, answerOf, inPath } from '../session'
import { table } from '../table'

export const LIMIT = [
  command({
    words: 'limit list',
    summary: 'List limits of calls to the telephone network',
    rest: ['GET /v1/call-limits'],
    examples: ['limit list'],
    run: async ({ session, io }) => {
      const data = await allOf((query) => answerOf(session.api()['call-limits'].$get({ query })))
      const text = table(
        data,
        [
          { title: 'OF', of: ({ of }) => of },
          { title: 'AT ONCE', of: ({ concurrentCalls }) => concurrentCalls, right: true },
          { title: 'PER MINUTE', of: ({ callsPerMinute }) => callsPerMinute, right: true },
          { title: 'MONEY A DAY', of: ({ spendPerDay }) => spendPerDay, right: true },
          { title: 'ALLOWED', of: ({ allowedPrefixes }) => allowedPrefixes?.join(','), shrinks: true },
          { title: 'DENIED', of: ({ deniedPrefixes }) => deniedPrefixes?.join(','), shrinks: true },
        ],
        { width: io.columns, none: 'No limits.' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'limit set',
    args: ['OF'],
    options: {
      'at-once': { type: 'string', value: 'NUMBER', summary: 'calls at once; 0: none' },
      'per-minute': { type: 'string', value: 'NUMBER', summary: 'calls per minute' },
      'per-day': {
        type: 'string',
        value: 'MONEY',
        summary: 'cost of calls on a day of UTC, in the unit of the carrier routes',
      },
      allow: { type: 'string', value: 'PREFIX,...', summary: 'numbers must begin with one of these' },
      deny: { type: 'string', value: 'PREFIX,...', summary: 'and with none of these; the longer match counts' },
    },
    summary: 'Set the limits of a subscriber, or of each subscriber of a domain',
    rest: ['PUT /v1/call-limits/{key}'],
    details: 'OF: user@domain or a domain. What is not named is not limited; what was set before is replaced.',
    examples: [
      'limit set example.com --allow 61 --deny 611900 --per-minute 10',
      'limit set alice@example.com --at-once 2',
    ],
    run: async ({ session, args, options }) => {
      const { 'at-once': atOnce, 'per-minute': perMinute, 'per-day': perDay, allow, deny } = options
      const json = {
        ...(atOnce === undefined ? {} : { concurrentCalls: wholeNumber('at-once', atOnce) }),
        ...(perMinute === undefined ? {} : { callsPerMinute: wholeNumber('per-minute', perMinute) }),
        ...(perDay === undefined ? {} : { spendPerDay: amount('per-day', perDay) }),
        ...(allow === undefined ? {} : { allowedPrefixes: allow.split(',') }),
        ...(deny === undefined ? {} : { deniedPrefixes: deny.split(',') }),
      }
      if (Object.keys(json).length === 0) throw new UsageError('No limit is named. To remove them: strowger limit rm')
      const param = { key: inPath(args.OF) }
      const data = await answerOf(session.api()['call-limits'][':key'].$put({ param, json }))
      return { data, text: `${args.OF} is limited from the next call on.` }
    },
  }),
  command({
    words: 'limit rm',
    args: ['OF'],
    summary: 'Remove the limits of a subscriber or a domain',
    rest: ['DELETE /v1/call-limits/{key}'],
    examples: ['limit rm alice@example.com'],
    run: async ({ session, args }) => {
      await answerOf(session.api()['call-limits'][':key'].$delete({ param: { key: inPath(args.OF) } }))
      return { data: {}, text: `${args.OF} has no limits of its own any more.` }
    },
  }),
]
