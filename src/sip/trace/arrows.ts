import type { TraceEntry, TracePeer } from './entry'
import { answeredBranch, type Summary, summaryOf } from './summary'

/** Who is at an end of an arrow; `strowger` is the Worker, `gateway g1` a gateway. */
export type End = TracePeer | 'strowger'

/** A message as an arrow of a ladder. */
export interface Arrow {
  /** Epoch ms. */
  readonly at: number
  readonly from: End
  readonly to: End
  readonly summary: Summary
  readonly text: string
  readonly failed?: string
}

/** The messages of a call as arrows. What went along the dialog reaches from end to end, since nothing happens to it here. */
export function arrowsOf(entries: readonly TraceEntry[]): Arrow[] {
  const branches = branchesByTag(entries)
  const answered = answeredBranch(entries) ?? firstBranch(entries)
  return entries.map(({ at, peer, gateway, way, text, through, failed }) => {
    const summary = summaryOf(text)
    // An early dialog is that of its branch.
    const branch = through ? (branches.get(summary.toTag ?? '') ?? answered) : undefined
    const other: End = gateway === undefined ? (branch ?? 'strowger') : gatewayEnd(gateway)
    const [from, to] = way === 'in' ? [peer, other] : [other, peer]
    return { at, from, to, summary, text, ...(failed === undefined ? {} : { failed }) }
  })
}

/** Everybody with an arrow, from left to right. */
export function endsOf(entries: readonly TraceEntry[]): End[] {
  const branches = new Set(entries.flatMap(({ peer }) => (typeof peer === 'number' ? [peer] : [])))
  const [calling, called] = [new Set<End>(), new Set<End>()]
  for (const { peer, gateway, way } of entries) {
    if (gateway === undefined || calling.has(peer) || called.has(peer)) continue
    // A carrier that calls is on the side of the caller.
    if (way === 'in') calling.add(peer).add(gatewayEnd(gateway))
    else called.add(gatewayEnd(gateway)).add(peer)
  }
  return [...new Set([...calling, 'caller', 'strowger', ...[...branches].sort((a, b) => a - b), ...called])]
}

function gatewayEnd(gateway: string): End {
  return `gateway ${gateway}`
}

/** How people call an end; of the caller the record knows the name. */
export function nameOf(end: End, entries: readonly TraceEntry[], caller: string): string {
  if (end === 'strowger') return 'Strowger'
  if (end === 'caller') return caller
  if (typeof end === 'string') return end
  return entries.find(({ peer, who }) => peer === end && who !== undefined)?.who ?? `branch ${end}`
}

function branchesByTag(entries: readonly TraceEntry[]): Map<string, number> {
  const branches = new Map<string, number>()
  for (const { peer, way, text } of entries) {
    if (typeof peer !== 'number' || way === 'out') continue
    const { toTag } = summaryOf(text)
    if (toTag !== undefined) branches.set(toTag, peer)
  }
  return branches
}

function firstBranch(entries: readonly TraceEntry[]): number | undefined {
  return entries.map(({ peer }) => peer).find((peer) => typeof peer === 'number')
}
