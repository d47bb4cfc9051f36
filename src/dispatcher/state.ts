import { adapted } from './adapted-state'
import type { Destination, DispatcherSet, Probing } from './configuration'
import { isAlive, memory, type Outcome, whyOf } from './outcome'
import type { FoundConditions } from './prober'

export type { Outcome } from './outcome'

/** A: in use. T: failing, still in use. I: down. D: disabled by somebody. */
export type Condition = 'A' | 'T' | 'I' | 'D'

/** One destination as it is known. Plain JSON; times are epoch ms. */
export interface DestinationState {
  readonly condition: Condition
  readonly changedAtMs: number
  /** It is down because the prober of all gateways has found it so. */
  readonly isTold?: true
  readonly failures: number
  readonly successes: number
  /** The probe that waits for its answer. */
  readonly probe?: { readonly id: string; readonly sentAtMs: number }
  readonly nextProbeAtMs?: number
  /** RFC 3261 §20.33: it asked not to be called before. */
  readonly notBeforeMs?: number
  /** Smoothed round trip of the probes. */
  readonly latencyMs?: number
  readonly lastStatus?: number
  readonly lastReason?: string
}

/** By set and URI of the destination. */
export interface DispatcherState {
  readonly sets: Readonly<Record<string, Readonly<Record<string, DestinationState>>>>
}

export type DispatcherInput =
  /** The configuration is new; what did not change keeps its state. */
  | { readonly type: 'configured' }
  /**
   * Time passes: probes that are due go out, and those without an answer have failed. `probeId`: fresh. `isProber`: also of sets that one
   * gateway asks for all.
   */
  | { readonly type: 'tick'; readonly probeId: () => string; readonly isProber: boolean }
  /** What the prober of all gateways has found, where that is another one. */
  | { readonly type: 'told'; readonly found: FoundConditions }
  | {
      readonly type: 'probed'
      readonly set: string
      readonly uri: string
      readonly probeId: string
      readonly outcome: Outcome
    }
  /** A call was refused or not answered there. */
  | { readonly type: 'called'; readonly set: string; readonly uri: string; readonly outcome: Outcome }

export type DispatcherEffect =
  | {
      readonly type: 'probe'
      readonly set: string
      readonly uri: string
      readonly probeId: string
      readonly probing: Probing
    }
  | {
      readonly type: 'changed'
      readonly set: string
      readonly uri: string
      readonly from: string
      readonly to: string
      readonly why: string
    }

export interface DispatcherStep {
  readonly state: DispatcherState
  readonly effects: readonly DispatcherEffect[]
}

/** Longest time that a destination can ask to be left alone: a mistake there shall not cost a day. */
export const MAX_RETRY_AFTER_SECONDS = 600

export const NO_STATE: DispatcherState = { sets: {} }

/** The state as Kamailio's letters: `AP`, `TP`, `IP`, `AX`, `DX`. P: it is probed. */
export function letters({ condition }: DestinationState, { probe, enabled }: Destination): string {
  return `${condition}${probe && enabled ? 'P' : 'X'}`
}

/** Whether calls may go there now. */
export function isUsable({ condition, notBeforeMs }: DestinationState, nowMs: number): boolean {
  return (condition === 'A' || condition === 'T') && (notBeforeMs ?? 0) <= nowMs
}

/** All that can happen to the destinations of all sets. */
export function stepDispatcher(
  state: DispatcherState,
  sets: readonly DispatcherSet[],
  input: DispatcherInput,
  nowMs: number,
): DispatcherStep {
  const draft = new Draft(state, sets, nowMs)
  switch (input.type) {
    case 'configured':
      draft.configured()
      break
    case 'tick':
      draft.tick(input.probeId, input.isProber)
      break
    case 'told':
      draft.told(input.found)
      break
    case 'probed':
      draft.probed(input)
      break
    case 'called':
      draft.called(input)
      break
  }
  return { state: draft.state, effects: draft.effects }
}

class Draft {
  state: DispatcherState
  readonly effects: DispatcherEffect[] = []
  private readonly sets: readonly DispatcherSet[]
  private readonly nowMs: number

  constructor(state: DispatcherState, sets: readonly DispatcherSet[], nowMs: number) {
    this.state = state
    this.sets = sets
    this.nowMs = nowMs
  }

  configured(): void {
    const before = this.state.sets
    this.state = { sets: Object.fromEntries(this.sets.map((set) => [set.name, {}])) }
    for (const set of this.sets) {
      for (const destination of set.destinations)
        this.keep(set, destination, adapted(before[set.name]?.[destination.uri], set, destination, this.nowMs))
    }
  }

  tick(probeId: () => string, isProber: boolean): void {
    for (const set of this.sets) {
      for (const destination of set.destinations) {
        this.expire(set, destination)
        const state = this.get(set, destination)
        if (!destination.enabled || !destination.probe || state.probe) continue
        if (!isProber && isAskedByAnother(set, state)) continue
        if ((state.nextProbeAtMs ?? 0) > this.nowMs) continue
        const id = probeId()
        const nextProbeAtMs = this.nowMs + set.probing.intervalSeconds * 1_000
        this.keep(set, destination, { ...state, probe: { id, sentAtMs: this.nowMs }, nextProbeAtMs })
        this.effects.push({ type: 'probe', set: set.name, uri: destination.uri, probeId: id, probing: set.probing })
      }
    }
  }

  /** A probe has a time of its own: nobody waits for the transaction to give up. */
  private expire(set: DispatcherSet, destination: Destination): void {
    const { probe } = this.get(set, destination)
    if (!probe || this.nowMs - probe.sentAtMs < set.probing.timeoutSeconds * 1_000) return
    this.settle(set, destination, { failed: 'timeout' }, undefined)
  }

  /** Only what is down, and that it is up again: what fails here alone is asked from here until it answers. */
  told(found: FoundConditions): void {
    for (const set of this.sets.filter(({ probedBy }) => probedBy === 'one')) {
      for (const destination of set.destinations) {
        const condition = found[set.name]?.[destination.uri]
        const { isTold, probe: _, ...state } = this.get(set, destination)
        if (condition === undefined || !destination.probe || state.condition === 'D') continue
        const fresh = { ...state, failures: 0, successes: 0 }
        if (condition === 'I' && !isTold)
          this.keep(set, destination, { ...this.changed(set, destination, fresh, 'I', TOLD), isTold: true })
        else if (condition !== 'I' && isTold)
          this.keep(set, destination, this.changed(set, destination, fresh, 'A', TOLD))
      }
    }
  }

  probed({ set: name, uri, probeId, outcome }: DispatcherInput & { type: 'probed' }): void {
    const found = this.find(name, uri)
    // An answer that came too late belongs to a probe that has failed already.
    if (!found || this.get(...found).probe?.id !== probeId) return
    const sentAtMs = this.get(...found).probe?.sentAtMs ?? this.nowMs
    this.settle(...found, outcome, this.nowMs - sentAtMs)
  }

  private settle(
    set: DispatcherSet,
    destination: Destination,
    outcome: Outcome,
    roundTripMs: number | undefined,
  ): void {
    const { probe: _, isTold: __, ...rest } = this.get(set, destination)
    const alive = 'status' in outcome && isAlive(outcome.status, set.probing)
    const seen = { ...rest, ...memory(outcome), ...(alive ? smoothed(rest.latencyMs, roundTripMs) : {}) }
    if (alive) this.succeeded(set, destination, seen)
    else this.failed(set, destination, seen, outcome)
  }

  private succeeded(set: DispatcherSet, destination: Destination, state: DestinationState): void {
    const successes = state.successes + 1
    const better = { ...state, successes, failures: 0 }
    const isBack = state.condition === 'T' || (state.condition === 'I' && successes >= set.probing.successes)
    this.keep(set, destination, isBack ? this.changed(set, destination, better, 'A', 'answers') : better)
  }

  private failed(set: DispatcherSet, destination: Destination, state: DestinationState, outcome: Outcome): void {
    const failures = state.failures + 1
    const worse = { ...state, failures, successes: 0 }
    const isDown = failures >= set.probing.failures
    const next: Condition = state.condition === 'I' || isDown ? 'I' : 'T'
    this.keep(set, destination, this.changed(set, destination, worse, next, whyOf(outcome)))
  }

  /** A real call tells of failures; that one worked does not bring back what its probes call dead. */
  called({ set: name, uri, outcome }: DispatcherInput & { type: 'called' }): void {
    const found = this.find(name, uri)
    if (!found) return
    const [set, destination] = found
    const state = { ...this.get(set, destination), ...memory(outcome) }
    if ('status' in outcome && outcome.status !== 503) return
    if ('status' in outcome) {
      const seconds = Math.min(outcome.retryAfterSeconds ?? 0, MAX_RETRY_AFTER_SECONDS)
      const notBeforeMs = this.nowMs + seconds * 1_000
      return this.keep(set, destination, { ...state, notBeforeMs })
    }
    // Without probes nobody would ever bring it back.
    if (!destination.probe || state.condition === 'D') return this.keep(set, destination, state)
    // Its next probe is due at once, so that a carrier that has died is known to be dead soon.
    this.failed(set, destination, { ...state, nextProbeAtMs: this.nowMs }, outcome)
  }

  private changed(
    set: DispatcherSet,
    destination: Destination,
    state: DestinationState,
    condition: Condition,
    why: string,
  ): DestinationState {
    if (state.condition === condition) return state
    const next = { ...state, condition, changedAtMs: this.nowMs }
    const from = letters(state, destination)
    this.effects.push({
      type: 'changed',
      set: set.name,
      uri: destination.uri,
      from,
      to: letters(next, destination),
      why,
    })
    return next
  }

  private find(name: string, uri: string): [DispatcherSet, Destination] | undefined {
    const set = this.sets.find((s) => s.name === name)
    const destination = set?.destinations.find((d) => d.uri === uri)
    return set && destination && [set, destination]
  }

  private get(set: DispatcherSet, destination: Destination): DestinationState {
    return this.state.sets[set.name]?.[destination.uri] ?? adapted(undefined, set, destination, this.nowMs)
  }

  private keep(set: DispatcherSet, destination: Destination, state: DestinationState): void {
    const own = { ...this.state.sets[set.name], [destination.uri]: state }
    this.state = { sets: { ...this.state.sets, [set.name]: own } }
  }
}

/** Why a condition changed that another gateway has found. */
const TOLD = 'found by the prober'

/** What failed here is not left to another gateway: there it may answer. */
function isAskedByAnother({ probedBy }: DispatcherSet, { condition, isTold }: DestinationState): boolean {
  return probedBy === 'one' && (condition === 'A' || isTold === true)
}

/** An eighth of what is new, as TCP does (RFC 6298 §2.3). */
function smoothed(before: number | undefined, roundTripMs: number | undefined): Pick<DestinationState, 'latencyMs'> {
  if (roundTripMs === undefined) return {}
  return { latencyMs: before === undefined ? roundTripMs : before + (roundTripMs - before) / 8 }
}
