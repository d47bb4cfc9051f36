import { wholeNumber } from '../arguments'
import { command, type OptionsOf } from '../command'
import { Failure, UsageError } from '../failure'
import type { Io } from '../io'
import { allOf, answerIfThere, answerOf, type Client, inPath } from '../session'
import { printable, table, when } from '../table'

type DispatcherSet = Awaited<ReturnType<typeof readSet>>
type Destination = DispatcherSet['destinations'][number]

/** What an operator decides; that a destination is down (I) is for the probes to find. */
const SETTABLE = {
  AP: { enabled: true, probe: true },
  AX: { enabled: true, probe: false },
  DX: { enabled: false },
} as const

const DESTINATION = {
  priority: { type: 'string', value: 'NUMBER', summary: 'the lowest is tried first; default: 0' },
  weight: {
    type: 'string',
    value: 'NUMBER',
    summary: 'its share of the calls with algorithm weight, 1 to 100; default: 1',
  },
  trunk: { type: 'string', value: 'NAME', summary: 'the trunk that answers its challenges' },
  socket: { type: 'string', value: 'NAME', summary: 'listener of the gateways that it knows us by' },
  'no-probe': { type: 'boolean', summary: 'always in use and never asked (AX)' },
} as const

export const DISPATCHER = [
  command({
    words: 'dispatcher list',
    args: ['SET?'],
    summary: 'List destinations with their states',
    rest: ['GET /v1/dispatchers', 'GET /v1/dispatchers/{key}'],
    details:
      'A row for each gateway that has reported. States as in Kamailio: AP in use and probed, TP failing and still in use,\n' +
      'IP down and probed, AX in use and never asked, DX disabled. In brackets: what is wanted; no gateway has reported.\n' +
      '"away": the gateway is not connected, and that is the last it said.',
    examples: ['dispatcher list', 'dispatcher list main'],
    run: async ({ session, args, io }) => {
      const api = session.api()
      const data =
        args.SET === undefined
          ? await allOf((query) => answerOf(api.dispatchers.$get({ query })))
          : [await readSet(api, args.SET)]
      return { data, text: setTable(data, io) }
    },
  }),
  command({
    words: 'dispatcher add',
    args: ['SET', 'URI'],
    options: {
      ...DESTINATION,
      algorithm: {
        type: 'string',
        value: 'NAME',
        summary: 'how the set shares calls: priority, round-robin, weight, call-load, ...',
      },
      'probed-by': { type: 'string', value: 'each|one', summary: 'every gateway asks for itself, or one for all' },
    },
    summary: 'Add a destination to a set, which is made when it is not there',
    rest: ['GET /v1/dispatchers/{key}', 'PUT /v1/dispatchers/{key}'],
    details: 'The other destinations keep their states.',
    examples: [
      'dispatcher add main sip:gw1.carrier.example',
      'dispatcher add main sip:gw2.carrier.example --priority 1',
    ],
    run: async ({ session, args, options, io }) => {
      const api = session.api()
      const known = await answerIfThere(api.dispatchers[':key'].$get({ param: { key: inPath(args.SET) } }))
      if (known?.destinations.some(({ uri }) => uri === args.URI))
        throw new Failure(`Set ${args.SET} has ${args.URI} already: strowger dispatcher set-state, or rm and add.`)
      const algorithm = options.algorithm as DispatcherSet['algorithm'] | undefined
      const probedBy = options['probed-by'] as DispatcherSet['probedBy'] | undefined
      const data = await writeSet(api, args.SET, {
        ...known,
        ...(algorithm === undefined ? {} : { algorithm }),
        ...(probedBy === undefined ? {} : { probedBy }),
        destinations: [...(known?.destinations ?? []), destinationOf(args.URI, options)],
      })
      return { data, text: setTable([data], io) }
    },
  }),
  command({
    words: 'dispatcher set-state',
    args: ['SET', 'URI', 'STATE'],
    summary: 'Take a destination out of service and back, or stop its probes',
    rest: ['PATCH /v1/dispatchers/{key}/destinations'],
    details:
      'STATE: DX no calls and no probes; AP in service and probed; AX in service and never asked. IP is not set: probes find it.',
    examples: ['dispatcher set-state main sip:gw1.carrier.example DX'],
    run: async ({ session, args, io }) => {
      const state = args.STATE.toUpperCase()
      if (/^I/.test(state))
        throw new UsageError('That a destination is down is found by its probes. To take it out of service: DX.')
      if (!Object.hasOwn(SETTABLE, state)) throw new UsageError(`STATE "${args.STATE}": one of AP, AX, DX.`)
      const json = { uri: args.URI, ...SETTABLE[state as keyof typeof SETTABLE] }
      const param = { key: inPath(args.SET) }
      const data = await answerOf(session.api().dispatchers[':key'].destinations.$patch({ param, json }))
      return { data, text: setTable([data], io) }
    },
  }),
  command({
    words: 'dispatcher rm',
    args: ['SET', 'URI'],
    summary: 'Remove a destination from a set',
    rest: ['GET /v1/dispatchers/{key}', 'PUT /v1/dispatchers/{key}'],
    examples: ['dispatcher rm main sip:gw2.carrier.example'],
    run: async ({ session, args, io }) => {
      const api = session.api()
      const known = await readSet(api, args.SET)
      const destinations = known.destinations.filter(({ uri }) => uri !== args.URI)
      if (destinations.length === known.destinations.length) throw new Failure(`Set ${args.SET} has no ${args.URI}.`)
      const data = await writeSet(api, args.SET, { ...known, destinations })
      return { data, text: setTable([data], io) }
    },
  }),
  command({
    words: 'dispatcher delete',
    args: ['SET'],
    summary: 'Delete a set with its destinations',
    rest: ['DELETE /v1/dispatchers/{key}'],
    examples: ['dispatcher delete main'],
    run: async ({ session, args }) => {
      await answerOf(session.api().dispatchers[':key'].$delete({ param: { key: inPath(args.SET) } }))
      return { data: {}, text: `Dispatcher set ${args.SET} is deleted.` }
    },
  }),
]

function readSet(api: Client, name: string) {
  return answerOf(api.dispatchers[':key'].$get({ param: { key: inPath(name) } }))
}

/** Without what is only shown. */
function writeSet(api: Client, set: string, { destinations, ...known }: Partial<DispatcherSet>) {
  const { name: _, problems: __, ...kept } = known
  const json = { ...kept, destinations: (destinations ?? []).map(({ states: ___, ...stored }) => stored) }
  return answerOf(api.dispatchers[':key'].$put({ param: { key: inPath(set) }, json }))
}

function destinationOf(
  uri: string,
  { priority, weight, trunk, socket, 'no-probe': quiet }: OptionsOf<typeof DESTINATION>,
) {
  return {
    uri,
    priority: priority === undefined ? 0 : wholeNumber('priority', priority),
    weight: weight === undefined ? 1 : wholeNumber('weight', weight),
    enabled: true,
    probe: !quiet,
    ...(trunk === undefined ? {} : { trunk }),
    ...(socket === undefined ? {} : { socket }),
  }
}

function setTable(sets: readonly DispatcherSet[], io: Io): string {
  const rows = sets.flatMap((set) =>
    set.destinations.flatMap((destination) =>
      (destination.states?.length ? destination.states : [undefined]).map((live) => ({ set, destination, live })),
    ),
  )
  const text = table(
    rows,
    [
      { title: 'SET', of: ({ set }) => set.name },
      { title: 'DESTINATION', of: ({ destination }) => destination.uri, shrinks: true },
      { title: 'STATE', of: ({ destination, live }) => live?.state ?? configured(destination) },
      { title: 'PRIO', of: ({ destination }) => destination.priority, right: true },
      { title: 'WEIGHT', of: ({ destination }) => destination.weight, right: true },
      { title: 'TRUNK', of: ({ destination }) => destination.trunk },
      { title: 'GATEWAY', of: ({ live }) => live && `${live.gateway}${live.connected ? '' : ' (away)'}` },
      {
        title: 'RTT',
        of: ({ live }) => (live?.latencyMs === undefined ? undefined : `${live.latencyMs} ms`),
        right: true,
      },
      { title: 'SINCE', of: ({ live }) => when(live?.changedAt) },
      { title: 'LAST ANSWER', of: ({ live }) => lastOf(live), shrinks: true },
    ],
    { width: io.columns, none: 'No destinations.' },
  )
  const problems = sets.flatMap((set) =>
    (set.problems ?? []).map((problem) => `Problem: ${set.name}: ${printable(problem)}`),
  )
  return [text, ...problems].join('\n')
}

/** No gateway has reported: what is wanted, in brackets. */
function configured({ enabled, probe }: Destination): string {
  return enabled ? (probe ? '(AP)' : '(AX)') : '(DX)'
}

function lastOf(live: NonNullable<Destination['states']>[number] | undefined): string | undefined {
  return live?.lastStatus === undefined ? live?.lastReason : `${live.lastStatus} ${live.lastReason ?? ''}`.trim()
}
