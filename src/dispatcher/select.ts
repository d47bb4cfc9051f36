import type { Destination, DispatcherSet } from './configuration'
import { type DestinationState, type DispatcherState, isUsable } from './state'

/** What a choice depends on. */
export interface SelectionFacts {
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly nowMs: number
  /** Numbers from 0 up to 1. */
  random(): number
  /** How many calls this set has had. */
  readonly turn: number
  /** How many calls a destination has now. */
  load(uri: string): number
}

/**
 * The destinations of a set that are in use, in the order of trial: by priority, inside one as the algorithm says, each
 * once. Empty when none is in use.
 */
export function select(set: DispatcherSet, { sets }: DispatcherState, facts: SelectionFacts): Destination[] {
  const states = sets[set.name] ?? {}
  const usable = set.destinations.filter((d) => {
    const state = states[d.uri]
    return d.enabled && state !== undefined && isUsable(state, facts.nowMs)
  })
  const priorities = [...new Set(usable.map((d) => d.priority))].sort((a, b) => a - b)
  return priorities.flatMap((priority) =>
    ordered(
      set,
      usable.filter((d) => d.priority === priority),
      states,
      facts,
    ),
  )
}

function ordered(
  set: DispatcherSet,
  group: readonly Destination[],
  states: Readonly<Record<string, DestinationState>>,
  facts: SelectionFacts,
): Destination[] {
  switch (set.algorithm) {
    case 'priority':
    case 'parallel':
      return [...group]
    case 'round-robin':
      return group.map((_, i) => group[(facts.turn + i) % group.length] as Destination)
    case 'random':
      return drawn(group, () => 1, facts.random)
    case 'weight':
      return drawn(group, (d) => d.weight, facts.random)
    case 'latency':
      return group.toSorted((a, b) => latencyOf(states[a.uri]) - latencyOf(states[b.uri]))
    case 'call-load':
      return group.toSorted((a, b) => facts.load(a.uri) - facts.load(b.uri))
    case 'hash-call-id':
      return hashed(group, facts.callId)
    case 'hash-from':
      return hashed(group, facts.from)
    case 'hash-to':
      return hashed(group, facts.to)
  }
}

/** One that was never measured comes last. */
function latencyOf(state: DestinationState | undefined): number {
  return state?.latencyMs ?? Number.POSITIVE_INFINITY
}

function drawn(group: readonly Destination[], weight: (d: Destination) => number, random: () => number): Destination[] {
  const left = [...group]
  const order: Destination[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, d) => sum + weight(d), 0)
    order.push(...left.splice(reached(left, weight, random() * total), 1))
  }
  return order
}

function reached(left: readonly Destination[], weight: (d: Destination) => number, drawn: number): number {
  let sum = 0
  for (const [index, destination] of left.entries()) {
    sum += weight(destination)
    if (sum > drawn) return index
  }
  return left.length - 1
}

/** Rendezvous hashing: when one destination goes, only its own calls move. */
function hashed(group: readonly Destination[], key: string): Destination[] {
  return group.toSorted((a, b) => score(b.uri, key) - score(a.uri, key))
}

function score(uri: string, key: string): number {
  let hash = 0x811c9dc5
  for (const text of [uri, ' ', key]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  // Spreads the low bits of FNV-1a, which differ little between similar keys.
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
