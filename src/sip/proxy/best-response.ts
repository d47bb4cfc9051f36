import type { FinalResponse } from './response-context'

/** Inside the 4xx, these tell the caller what to do next: RFC 3261 §16.7 step 6. */
const INSTRUCTIVE = [401, 407, 415, 420, 484]

/** RFC 3261 §16.7 step 6: any 6xx, else the lowest class, inside 4xx the instructive ones; a phone's word before ours. */
export function bestResponse(finals: readonly FinalResponse[]): FinalResponse | undefined {
  return finals.toSorted((a, b) => rank(a) - rank(b))[0]
}

function rank(response: FinalResponse): number {
  const kind = Math.floor(response.status / 100)
  const byClass = kind === 6 ? 0 : kind * 100
  const byUse = INSTRUCTIVE.includes(response.status) ? 0 : 10
  const byOrigin = response.text === undefined ? 5 : 0
  return byClass + byUse + byOrigin
}
