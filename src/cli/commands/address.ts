import { wholeNumber } from '../arguments'
import { command } from '../command'
import { Failure, UsageError } from '../failure'
import type { Io } from '../io'
import { allOf, answerIfThere, answerOf, type Client, inPath } from '../session'
import { printable, table } from '../table'

interface Group {
  readonly id: string
  readonly carrier: boolean
  readonly domain?: string | undefined
  readonly entries: ReadonlyArray<{
    readonly ip: string
    readonly mask?: number | undefined
    readonly port: number
    readonly tag?: string | undefined
  }>
  readonly warnings: readonly string[]
}

/** The API knows which there are, and says so. */
type Country = NonNullable<Awaited<ReturnType<typeof readGroup>>['country']>

const PORT = { type: 'string', value: 'PORT', summary: 'source port; default: 0, any' } as const

export const ADDRESS = [
  command({
    words: 'address list',
    args: ['GROUP?'],
    summary: 'List the addresses that are trusted, by group',
    rest: ['GET /v1/address-groups', 'GET /v1/address-groups/{key}'],
    examples: ['address list', 'address list 200'],
    run: async ({ session, args, io }) => {
      const groups = session.api()['address-groups']
      const data: Group[] =
        args.GROUP === undefined
          ? await allOf((query) => answerOf(groups.$get({ query })))
          : [await readGroup(session.api(), args.GROUP)]
      return { data, text: groupTable(data, io) }
    },
  }),
  command({
    words: 'address create',
    args: ['GROUP'],
    options: {
      carrier: { type: 'boolean', summary: 'calls from here need no password, and may go to our own numbers only' },
      domain: {
        type: 'string',
        value: 'NAME',
        summary: 'whose subscribers have the numbers that are called from here',
      },
      country: {
        type: 'string',
        value: 'AU',
        summary: 'where the national numbers are from that are called from here',
      },
    },
    summary: 'Create an address group',
    rest: ['GET /v1/address-groups/{key}', 'PUT /v1/address-groups/{key}'],
    examples: ['address create 200 --carrier --domain example.com'],
    run: async ({ session, args, options, io }) => {
      const group = session.api()['address-groups'][':key']
      const param = { key: inPath(args.GROUP) }
      // A PUT would take its addresses away.
      if (await answerIfThere(group.$get({ param })))
        throw new Failure(`There is an address group ${args.GROUP} already.`)
      const domain = options.domain === undefined ? {} : { domain: options.domain }
      const country = options.country === undefined ? {} : { country: options.country as Country }
      const data = await answerOf(
        group.$put({ param, json: { carrier: options.carrier, ...domain, ...country, entries: [] } }),
      )
      return { data, text: groupTable([data], io) }
    },
  }),
  command({
    words: 'address add',
    args: ['GROUP', 'NETWORK'],
    options: {
      port: PORT,
      tag: { type: 'string', value: 'TEXT', summary: 'goes to the script and to the log' },
      force: { type: 'boolean', summary: 'accept a mask of 0, which is everybody' },
    },
    summary: 'Add an address or a network to a group',
    rest: ['POST /v1/address-groups/{key}/entries'],
    details: 'NETWORK: 192.0.2.10 or 192.0.2.0/24, IPv6 likewise. In force within a second; nothing to reload.',
    examples: ['address add 200 192.0.2.0/24 --port 5060 --tag carrier.example'],
    run: async ({ session, args, options: { port, tag, force }, io }) => {
      const json = {
        ...networkOf(args.NETWORK),
        ...(port === undefined ? {} : { port: wholeNumber('port', port) }),
        ...(tag === undefined ? {} : { tag }),
        force,
      }
      const param = { key: inPath(args.GROUP) }
      const data = await answerOf(session.api()['address-groups'][':key'].entries.$post({ param, json }))
      return { data, text: groupTable([data], io) }
    },
  }),
  command({
    words: 'address rm',
    args: ['GROUP', 'NETWORK'],
    options: { port: PORT },
    summary: 'Remove an address or a network from a group',
    rest: ['GET /v1/address-groups/{key}', 'DELETE /v1/address-groups/{key}/entries/{index}'],
    details: 'NETWORK as `address list` has it.',
    examples: ['address rm 200 192.0.2.0/24 --port 5060'],
    run: async ({ session, args, options, io }) => {
      const group = session.api()['address-groups'][':key']
      const { entries } = await readGroup(session.api(), args.GROUP)
      const { ip, mask } = networkOf(args.NETWORK)
      const port = options.port === undefined ? 0 : wholeNumber('port', options.port)
      const whole = ip.includes(':') ? 128 : 32
      const index = entries.findIndex((e) => e.ip === ip && e.mask === (mask ?? whole) && e.port === port)
      if (index < 0) throw new Failure(`Group ${args.GROUP} has no ${args.NETWORK} with port ${port}.`)
      const param = { key: inPath(args.GROUP), index: String(index) }
      const data = await answerOf(group.entries[':index'].$delete({ param }))
      return { data, text: groupTable([data], io) }
    },
  }),
  command({
    words: 'address delete',
    args: ['GROUP'],
    summary: 'Delete an address group with all that is in it',
    rest: ['DELETE /v1/address-groups/{key}'],
    examples: ['address delete 200'],
    run: async ({ session, args }) => {
      await answerOf(session.api()['address-groups'][':key'].$delete({ param: { key: inPath(args.GROUP) } }))
      return { data: {}, text: `Address group ${args.GROUP} is deleted.` }
    },
  }),
]

function readGroup(api: Client, group: string) {
  return answerOf(api['address-groups'][':key'].$get({ param: { key: inPath(group) } }))
}

function networkOf(text: string): { readonly ip: string; readonly mask?: number } {
  const [ip = '', mask, more] = text.split('/')
  if (more !== undefined || (mask !== undefined && !/^\d{1,3}$/.test(mask)))
    throw new UsageError(`"${text}" is not like 192.0.2.10 or 192.0.2.0/24.`)
  return mask === undefined ? { ip } : { ip, mask: Number(mask) }
}

function groupTable(groups: readonly Group[], io: Io): string {
  const rows = groups.flatMap(({ entries, ...group }) =>
    (entries.length === 0 ? [undefined] : entries).map((entry) => ({ ...group, entry })),
  )
  const text = table(
    rows,
    [
      { title: 'GROUP', of: ({ id }) => id },
      { title: 'CARRIER', of: ({ carrier }) => (carrier ? 'yes' : 'no') },
      { title: 'DOMAIN', of: ({ domain }) => domain },
      { title: 'NETWORK', of: ({ entry }) => (entry ? `${entry.ip}/${entry.mask}` : '(empty)') },
      { title: 'PORT', of: ({ entry }) => (entry?.port === 0 ? 'any' : entry?.port), right: true },
      { title: 'TAG', of: ({ entry }) => entry?.tag, shrinks: true },
    ],
    { width: io.columns, none: 'No address groups.' },
  )
  const warnings = groups.flatMap((group) => group.warnings.map((warning) => `Warning: ${printable(warning)}`))
  return [text, ...warnings].join('\n')
}
