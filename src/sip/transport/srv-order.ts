/** One SRV record (RFC 2782). */
export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/**
 * RFC 2782: the order in which to try them: the lowest priority first, inside one drawn by weight. `random`: numbers from 0
 * up to 1, one for each record.
 */
export function srvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map((r) => r.priority))].sort((a, b) => a - b)
  return priorities.flatMap((priority) =>
    draw(
      records.filter((r) => r.priority === priority),
      random,
    ),
  )
}

function draw(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those of weight 0 first, so that they are hardly ever drawn while others are there.
  const left = records.toSorted((a, b) => a.weight - b.weight)
  const order: SrvRecord[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, r) => sum + r.weight, 0)
    order.push(...left.splice(reached(left, Math.floor(random() * (total + 1))), 1))
  }
  return order
}

/** Where the running sum of the weights reaches the number that was drawn. */
function reached(records: readonly SrvRecord[], drawn: number): number {
  let sum = 0
  for (const [index, { weight }] of records.entries()) {
    sum += weight
    if (sum >= drawn) return index
  }
  return 0
}
