import { create, part } from '../dom'
import { badge, type Look } from './badge'
import { read } from './rest'

interface Told {
  readonly gateway: string
  readonly connected: boolean
  readonly lastStatus?: number
  readonly lastReason?: string
}

interface DispatcherSet {
  readonly name: string
  readonly destinations: ReadonlyArray<{
    readonly uri: string
    readonly priority?: number
    readonly states?: ReadonlyArray<Told & { readonly state: string; readonly latencyMs?: number }>
  }>
}

interface Trunk {
  readonly name: string
  readonly registrar: string
  readonly states?: ReadonlyArray<Told & { readonly status: string; readonly lastCode?: number }>
}

interface Gateway {
  readonly name: string
  /** WebSockets that are connected. */
  readonly sockets: number
  readonly reportedAt?: string
}

/** How the ways to the telephone network are: dispatcher sets, trunks and gateways, as gateways have reported. */
export async function showCarriers(): Promise<void> {
  const [{ items: sets }, { items: trunks }, { items: gateways }] = await Promise.all([
    read<{ items: DispatcherSet[] }>('/v1/dispatchers'),
    read<{ items: Trunk[] }>('/v1/trunks'),
    read<{ items: Gateway[] }>('/v1/gateways'),
  ])
  const page = part('carriers')
  page.replaceChildren(
    group('Dispatcher sets', 'No dispatcher sets.', ['Destination', 'States'], sets.flatMap(rowsOfSet)),
    group('Trunks', 'No trunks.', ['Trunk', 'Registration'], trunks.map(rowOfTrunk)),
    group('Gateways', 'No gateway has ever connected.', ['Gateway', 'Link'], gateways.map(rowOfGateway)),
  )
  page.hidden = false
}

function group(title: string, none: string, heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const view = create('section', 'group')
  const card = create('div', 'card')
  const table = create('table', 'table')
  const [head, line, body] = [create('thead', ''), create('tr', ''), create('tbody', '')]
  line.append(...heads.map((text) => create('th', '', text)))
  head.append(line)
  body.append(...rows)
  table.append(head, body)
  card.append(rows.length === 0 ? create('p', 'empty', none) : table)
  view.append(create('h2', '', title), card)
  return view
}

function rowsOfSet({ name, destinations }: DispatcherSet): HTMLElement[] {
  return destinations.map(({ uri, priority, states = [] }) => {
    const order = priority === undefined ? '' : ` · priority ${priority}`
    const shown = states.map((told) =>
      line(told, badge(told.state, lookOfState(told)), told.latencyMs === undefined ? '' : `${told.latencyMs} ms`),
    )
    return row(`${name} · ${uri}${order}`, shown, 'not reported')
  })
}

/** What is none of these needs somebody to look. */
const TRUNK_LOOKS: Readonly<Record<string, Look>> = { registered: 'good', registering: 'going', disabled: 'soft' }

function rowOfTrunk({ name, registrar, states = [] }: Trunk): HTMLElement {
  const shown = states.map((told) =>
    line(told, badge(told.status, TRUNK_LOOKS[told.status] ?? 'bad'), String(told.lastCode ?? '')),
  )
  return row(`${name} · ${registrar}`, shown, 'not reported')
}

function rowOfGateway({ name, sockets, reportedAt }: Gateway): HTMLElement {
  const view = create('span', '')
  view.append(sockets > 0 ? badge('connected', 'good') : badge('away', 'bad'))
  if (reportedAt !== undefined) view.append(` reported ${new Date(reportedAt).toLocaleTimeString()}`)
  return row(name, [view], '')
}

/** `g1 AP 12 ms`, with what was said last when it is no success. */
function line({ gateway, connected, lastStatus, lastReason }: Told, state: HTMLElement, more: string): HTMLElement {
  const view = create('span', '', `${gateway} `)
  const said = lastStatus !== undefined && lastStatus >= 300 ? ` ${lastStatus} ${lastReason ?? ''}` : ''
  view.append(state, ` ${more}${said}${connected ? '' : ' (the gateway is away)'}`)
  return view
}

/** The letters of Kamailio: A active, T trying, I inactive, D disabled. */
function lookOfState({ state, connected }: { readonly state: string; readonly connected: boolean }): Look {
  if (!connected) return 'soft'
  return state.startsWith('A') ? 'good' : state.startsWith('T') ? 'going' : state.startsWith('D') ? 'soft' : 'bad'
}

function row(title: string, lines: readonly HTMLElement[], none: string): HTMLElement {
  const [view, states, shown] = [create('tr', ''), create('td', ''), create('div', 'lines')]
  shown.append(...(lines.length === 0 ? [create('span', 'soft', none)] : lines))
  states.append(shown)
  view.append(create('td', '', title), states)
  return view
}
