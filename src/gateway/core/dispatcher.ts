import { CallLoad } from '../../dispatcher/call-load'
import type { Destination, DispatcherSet, Probing } from '../../dispatcher/configuration'
import { type FoundConditions, type ProberNews, proberOf } from '../../dispatcher/prober'
import { select } from '../../dispatcher/select'
import {
  type DispatcherEffect,
  type DispatcherInput,
  type DispatcherState,
  letters,
  NO_STATE,
  type Outcome,
  stepDispatcher,
} from '../../dispatcher/state'
import { parseUri, type SipUri } from '../../sip/message/uri'
import type { NetworkAddress } from '../../sip/transport/hop'
import type { BranchOutcome, CallFacts, Destinations, Plan, Way } from './destinations'
import { ping } from './options'
import type { OwnRequests } from './own-requests'
import type { Ports } from './ports'

/** How often is looked whether a probe is due. */
export const TICK_MS = 250

/** A destination for people to look at. */
export interface DestinationView {
  readonly uri: string
  /** `AP`, `TP`, `IP`, `AX`, `DX`. */
  readonly state: string
  /** Epoch ms. */
  readonly changedAt: number
  readonly latencyMs?: number
  readonly lastStatus?: number
  readonly lastReason?: string
  /** Epoch ms: it has asked to be left alone until then. */
  readonly notBefore?: number
}

export interface DispatcherOptions {
  /** Of this gateway. */
  readonly name: string
  readonly ports: Ports
  readonly own: OwnRequests
  readonly sentBy: (to: NetworkAddress) => string
  /** `socket`: the listener that is to be used. */
  resolve(uri: SipUri, socket: string | undefined): Promise<readonly NetworkAddress[]>
  /** The listener of a trunk. */
  socketOf(trunk: string): string | undefined
  onChanged(): void
}

type Failed = Outcome & { readonly failed: unknown }

/** The dispatcher at work: probes, states, and the choice for each call. */
export class Dispatcher implements Destinations {
  private state: DispatcherState = NO_STATE
  private sets: readonly DispatcherSet[] = []
  /** Who asks for all; this gateway while it has heard of nobody else. */
  private prober: string | undefined
  private readonly turns = new Map<string, number>()
  /** Calls in progress, by set. */
  private readonly loads = new Map<string, CallLoad>()
  private readonly options: DispatcherOptions
  private readonly timer: NodeJS.Timeout

  constructor(options: DispatcherOptions) {
    this.options = options
    this.timer = setInterval(() => this.tick(), TICK_MS)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  configure(sets: readonly DispatcherSet[]): void {
    this.sets = sets
    this.input({ type: 'configured' })
    this.options.onChanged()
  }

  tick(): void {
    this.input({ type: 'tick', probeId: () => this.options.ports.random(), isProber: this.isProber })
  }

  /** Which gateways there are, and what their prober has found. */
  heard({ gateways, found }: ProberNews): void {
    const wasProber = this.isProber
    this.prober = proberOf(gateways)
    if (!this.isProber) this.input({ type: 'told', found })
    // The others wait for what it finds.
    else if (!wasProber) this.options.onChanged()
  }

  /** What this gateway has found for all; undefined when another one asks. */
  found(): FoundConditions | undefined {
    if (!this.isProber) return undefined
    const shared = this.sets.filter(({ probedBy }) => probedBy === 'one')
    const conditionsOf = ({ name }: DispatcherSet) =>
      Object.fromEntries(Object.entries(this.state.sets[name] ?? {}).map(([uri, { condition }]) => [uri, condition]))
    return Object.fromEntries(shared.map((set) => [set.name, conditionsOf(set)]))
  }

  private get isProber(): boolean {
    return this.prober === undefined || this.prober === this.options.name
  }

  async plan(name: string, facts: CallFacts): Promise<Plan | undefined> {
    const set = this.sets.find((s) => s.name === name)
    if (!set) return undefined
    const turn = this.turns.get(name) ?? 0
    this.turns.set(name, turn + 1)
    const { ports } = this.options
    const nowMs = ports.nowMs()
    const load = this.loadOf(name)
    const chosen = select(set, this.state, { ...facts, nowMs, random: Math.random, turn, load: (uri) => load.of(uri) })
    if (chosen[0] && facts.isCall) load.began(facts.callId, chosen[0].uri, nowMs)
    const groups = set.algorithm === 'parallel' ? byPriority(chosen) : chosen.map((destination) => [destination])
    const ways = await Promise.all(groups.map((group) => this.waysOfGroup(set, group)))
    // Silence and a transport that fails are 408 and 503 of our own.
    const failover = [...new Set([...set.failover, 408, 503])]
    const numbers = set.numbers ? { numbers: set.numbers } : {}
    return { groups: ways.flat(), failover, noResponseMs: set.noResponseSeconds * 1_000, ...numbers }
  }

  /** At once: the first address of each; should they all fail, the second of each that has one (RFC 3263 §4.3). */
  private async waysOfGroup(set: DispatcherSet, group: readonly Destination[]): Promise<Way[][]> {
    const ways = await Promise.all(group.map((destination) => this.waysOf(set, destination)))
    const most = Math.max(...ways.map((own) => own.length))
    return Array.from({ length: most }, (_, i) => ways.flatMap((own) => own[i] ?? []))
  }

  /** A name that does not exist is a destination that is not there: the next one is tried at once. */
  private async waysOf(set: DispatcherSet, destination: Destination): Promise<Way[]> {
    const uri = parseUri(destination.uri)
    const addresses = await this.addressesOf(destination)
    if ('failed' in addresses) {
      this.input({ type: 'called', set: set.name, uri: destination.uri, outcome: addresses })
      return []
    }
    const host = uri && `${uri.host}${uri.port === undefined ? '' : `:${uri.port}`}`
    return addresses.map((to) => ({
      to,
      destination: destination.uri,
      ...(host === undefined ? {} : { host }),
      ...(destination.trunk === undefined ? {} : { trunk: destination.trunk }),
    }))
  }

  private async addressesOf({ uri: text, socket, trunk }: Destination): Promise<readonly NetworkAddress[] | Failed> {
    const { resolve, socketOf, ports } = this.options
    const uri = parseUri(text)
    const through = socket ?? (trunk === undefined ? undefined : socketOf(trunk))
    try {
      const found = uri ? await resolve(uri, through) : []
      return found.length > 0 ? found : { failed: 'transport', why: 'no address that a listener reaches' }
    } catch (error) {
      ports.log('warn', 'resolve.failed', { uri: text, error: String(error) })
      return { failed: 'transport', why: (error as Error).message }
    }
  }

  result(set: string, uri: string, callId: string, final: BranchOutcome): void {
    const load = this.loadOf(set)
    if (final.status >= 300) load.ended(callId, uri)
    else load.began(callId, uri, this.options.ports.nowMs())
    this.called(set, uri, final)
  }

  ended(callId: string): void {
    for (const load of this.loads.values()) load.ended(callId)
  }

  private loadOf(set: string): CallLoad {
    const load = this.loads.get(set) ?? new CallLoad()
    this.loads.set(set, load)
    return load
  }

  private called(set: string, uri: string, { status, isOwn, ...rest }: BranchOutcome): void {
    // Our own final: silence is 408, a broken transport 503.
    const outcome: Outcome = !isOwn ? { status, ...rest } : { failed: status === 408 ? 'timeout' : 'transport' }
    if (isOwn && status !== 408 && status !== 503) return
    this.input({ type: 'called', set, uri, outcome })
    if (rest.retryAfterSeconds !== undefined) this.options.onChanged()
  }

  describe(): Record<string, DestinationView[]> {
    return Object.fromEntries(
      this.sets.map((set) => [
        set.name,
        set.destinations.flatMap((destination) => {
          const state = this.state.sets[set.name]?.[destination.uri]
          if (!state) return []
          const { changedAtMs, latencyMs, lastStatus, lastReason, notBeforeMs } = state
          return [
            {
              uri: destination.uri,
              state: letters(state, destination),
              changedAt: changedAtMs,
              ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
              ...(lastStatus === undefined ? {} : { lastStatus }),
              ...(lastReason === undefined ? {} : { lastReason }),
              ...((notBeforeMs ?? 0) > this.options.ports.nowMs() ? { notBefore: notBeforeMs } : {}),
            },
          ]
        }),
      ]),
    )
  }

  private input(input: DispatcherInput): void {
    const { state, effects } = stepDispatcher(this.state, this.sets, input, this.options.ports.nowMs())
    this.state = state
    for (const effect of effects) this.perform(effect)
  }

  private perform(effect: DispatcherEffect): void {
    if (effect.type === 'probe') return void this.probe(effect)
    const { type: _, ...change } = effect
    this.options.ports.log('info', 'dispatcher.changed', change)
    this.options.onChanged()
  }

  private async probe({ set, uri, probeId, probing }: DispatcherEffect & { type: 'probe' }): Promise<void> {
    const destination = this.sets.find(({ name }) => name === set)?.destinations.find((one) => one.uri === uri)
    if (!destination) return
    const outcome = await this.ask(destination, probing)
    this.input({ type: 'probed', set, uri, probeId, outcome })
  }

  private async ask(destination: Destination, probing: Probing): Promise<Outcome> {
    const uri = parseUri(destination.uri)
    const addresses = await this.addressesOf(destination)
    if ('failed' in addresses) return addresses
    const [to] = addresses
    if (!uri || !to) return { failed: 'transport' }
    const { ports, own, sentBy } = this.options
    const target = `sip:${uri.host}${uri.port === undefined ? '' : `:${uri.port}`}`
    const request = ping(target, { to, sentBy: sentBy(to), from: probing.from }, ports)
    const outcome = await own.send(request, to)
    if ('failed' in outcome) return outcome
    return { status: outcome.response.status }
  }
}

/** Destinations come by priority. */
function byPriority(destinations: readonly Destination[]): Destination[][] {
  return [...Map.groupBy(destinations, ({ priority }) => priority).values()]
}
