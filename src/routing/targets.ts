import type { Target } from '../sip/proxy/target'

/** One group: all of them ring together. Returns a group for `c.relay([...])`. */
export function parallel(...targets: readonly Target[]): Target[] {
  return [...targets]
}

/** A group of its own for each: tried one after the other, in this order. */
export function serial(...targets: readonly Target[]): Target[][] {
  return targets.map((target) => [target])
}

/** RFC 3261 §16.6: the highest q first; targets of one q ring together. */
export function byQ(targets: readonly Target[]): Target[][] {
  const groups = new Map<number, Target[]>()
  for (const target of targets) groups.set(target.q, [...(groups.get(target.q) ?? []), target])
  return [...groups.entries()].sort(([a], [b]) => b - a).map(([, group]) => group)
}
