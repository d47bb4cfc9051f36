import { command } from '../command'
import { UsageError } from '../failure'
import { answerOf, inPath } from '../session'
import { printable, table, when } from '../table'

/** Without a status: it is on its way. */
interface Sent {
  readonly callId: string
  readonly status?: number
  readonly reason?: string
  readonly devices?: ReadonlyArray<{ readonly contact: string; readonly status?: number | undefined }>
}

export const MESSAGE = [
  command({
    words: 'message send',
    args: ['TO', 'TEXT?'],
    options: {
      from: { type: 'string', value: 'AOR', summary: 'who it is from, any address of yours (required)' },
      type: { type: 'string', value: 'TYPE', summary: 'media type; default: text/plain' },
      header: {
        type: 'string',
        multiple: true,
        value: "'NAME: VALUE'",
        summary: 'a further SIP header; may be repeated',
      },
    },
    summary: 'Send a text to all phones of an address',
    rest: ['POST /v1/messages'],
    details:
      'Without TEXT it is read from the input. Fails when no phone took it. Nothing is kept for a phone that is away.',
    examples: ["message send alice@example.com 'The door is open.' --from alerts@example.com"],
    run: async ({ session, args, options, io }) => {
      if (options.from === undefined) throw new UsageError('--from is missing: an address in a domain of yours.')
      const api = session.api()
      const json = {
        to: args.TO,
        from: options.from,
        text: args.TEXT ?? (await io.readInput()),
        headers: Object.fromEntries(options.header.map(headerOf)),
        ...(options.type === undefined ? {} : { contentType: options.type }),
      }
      const data: Sent = await answerOf(api.messages.$post({ json }))
      const { callId, status, reason, devices = [] } = data
      if (status === undefined)
        return {
          data,
          text: `No phone has answered within ten seconds. The log line "sent" will have Call-ID ${callId}.`,
        }
      const lines = devices.map((device) => `  ${printable(device.contact)}: ${device.status ?? 'no answer yet'}`)
      const why = status === 404 ? `: no phone of ${args.TO} is registered` : ''
      return { data, text: [printable(`${status} ${reason}${why}`), ...lines].join('\n'), failed: status >= 300 }
    },
  }),
  command({
    words: 'message list',
    args: ['AOR'],
    summary: 'List the messages that wait for a subscriber without a phone',
    rest: ['GET /v1/subscribers/{aor}/messages'],
    examples: ['message list alice@example.com'],
    run: async ({ session, args, io }) => {
      const param = { aor: inPath(args.AOR) }
      const { items: data } = await answerOf(session.api().subscribers[':aor'].messages.$get({ param }))
      const text = table(
        data,
        [
          { title: 'FROM', of: ({ from }) => from, shrinks: true },
          { title: 'TYPE', of: ({ contentType }) => contentType, shrinks: true },
          { title: 'BYTES', of: ({ size }) => size, right: true },
          { title: 'SENT', of: ({ at }) => when(at) },
          { title: 'KEPT UNTIL', of: ({ expiresAt }) => when(expiresAt) },
        ],
        { width: io.columns, none: 'No message waits.' },
      )
      return { data, text }
    },
  }),
  command({
    words: 'message clear',
    args: ['AOR'],
    summary: 'Delete the messages that wait for a subscriber',
    rest: ['DELETE /v1/subscribers/{aor}/messages'],
    examples: ['message clear alice@example.com'],
    run: async ({ session, args }) => {
      const param = { aor: inPath(args.AOR) }
      await answerOf(session.api().subscribers[':aor'].messages.$delete({ param }))
      return { data: {}, text: `No message waits for ${args.AOR} any more.` }
    },
  }),
]

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw new UsageError(`--header "${line}" is not like 'Subject: Alert'.`)
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
}
