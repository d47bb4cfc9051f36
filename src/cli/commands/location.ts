import { command } from '../command'
import type { Io } from '../io'
import { answerOf, inPath } from '../session'
import { table } from '../table'

interface Binding {
  readonly contact: string
  readonly state: string
  readonly expiresIn: number
  readonly q: number
  readonly received: { readonly transport: string; readonly address: string }
  readonly userAgent?: string | undefined
  readonly path: readonly string[]
}

export const LOCATION = [
  command({
    words: 'location show',
    args: ['AOR'],
    summary: 'Show where a subscriber is registered',
    rest: ['GET /v1/subscribers/{aor}/bindings'],
    details: '`ul show` is the same. A phone that is "detached" has lost its connection and may come back.',
    examples: ['location show alice@example.com', 'ul show alice@example.com'],
    run: async ({ session, args, io }) => {
      const param = { aor: inPath(args.AOR) }
      const { items: data } = await answerOf(session.api().subscribers[':aor'].bindings.$get({ param }))
      return { data, text: bindingTable(data, io) }
    },
  }),
  command({
    words: 'location rm',
    args: ['AOR', 'CONTACT?'],
    summary: 'Remove one registration of a subscriber, or all',
    rest: ['DELETE /v1/subscribers/{aor}/bindings'],
    details:
      'CONTACT as `location show` has it. The phone may register again: to keep it out, strowger subscriber disable.',
    examples: ["location rm alice@example.com 'sip:ab12@k2x.invalid;transport=ws'", 'ul rm alice@example.com'],
    run: async ({ session, args }) => {
      const { CONTACT: contact } = args
      const data = await answerOf(
        session.api().subscribers[':aor'].bindings.$delete({
          param: { aor: inPath(args.AOR) },
          query: contact === undefined ? {} : { contact },
        }),
      )
      const { removed } = data
      const text = removed === 0 ? 'There is no such registration.' : `${removed} removed.`
      return { data, text, failed: removed === 0 && contact !== undefined }
    },
  }),
]

export function bindingTable(bindings: readonly Binding[], io: Io): string {
  return table(
    bindings,
    [
      { title: 'CONTACT', of: ({ contact }) => contact, shrinks: true },
      { title: 'STATE', of: ({ state }) => state },
      { title: 'EXPIRES', of: ({ expiresIn }) => `${expiresIn} s`, right: true },
      { title: 'Q', of: ({ q }) => q, right: true },
      { title: 'FROM', of: ({ received }) => `${received.transport} ${received.address}` },
      { title: 'PHONE', of: ({ userAgent }) => userAgent, shrinks: true },
      { title: 'PATH', of: ({ path }) => path.join(', ') || undefined, shrinks: true },
    ],
    { width: io.columns, none: 'No phone is registered.' },
  )
}
