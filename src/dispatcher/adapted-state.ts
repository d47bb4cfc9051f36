import type { Destination, DispatcherSet } from './configuration'
import type { Condition, DestinationState } from './state'

/** The state under a new configuration. */
export function adapted(
  old: DestinationState | undefined,
  set: DispatcherSet,
  destination: Destination,
  nowMs: number,
): DestinationState {
  if (!old) {
    const condition: Condition = destination.enabled ? 'A' : 'D'
    return { condition, changedAtMs: nowMs, failures: 0, successes: 0, nextProbeAtMs: nowMs + spread(set, destination) }
  }
  const fresh = { changedAtMs: nowMs, failures: 0, successes: 0, nextProbeAtMs: nowMs }
  const { probe: _, notBeforeMs: __, isTold: ___, ...unprobed } = old
  if (!destination.enabled) return old.condition === 'D' ? old : { ...unprobed, ...fresh, condition: 'D' }
  if (old.condition === 'D') return { ...unprobed, ...fresh, condition: 'A' }
  // Nobody asks any more whether it lives, so nobody may call it dead.
  if (!destination.probe && old.condition !== 'A') return { ...unprobed, ...fresh, condition: 'A' }
  return old
}

/** Not all first probes in one moment. */
function spread(set: DispatcherSet, { uri }: Destination): number {
  let hash = 0
  for (let i = 0; i < uri.length; i++) hash = (hash * 31 + uri.charCodeAt(i)) >>> 0
  return hash % Math.max(1, Math.min(set.probing.intervalSeconds * 1_000, 2_000))
}
