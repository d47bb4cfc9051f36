/** What a request over REST asks of the gateways while it waits. Plain JSON. */
export type GatewayQuestion =
  | { readonly about: 'trunk-trace'; readonly trunk: string }
  /** What was said beyond the gateway in calls with this Call-ID. */
  | { readonly about: 'call'; readonly callId: string }
  | { readonly about: 'bans' }
  | { readonly about: 'lift-ban'; readonly source: string }

/** What a gateway answers; undefined values are left out on the way. */
export interface GatewayAnswer {
  readonly gateway: string
  readonly answer: unknown
}

const WORD = 'strowger:question'

/** A question as a word on the link. */
export function formatQuestion(id: string, question: GatewayQuestion): string {
  return `${WORD} ${id} ${JSON.stringify(question)}`
}

/** Undefined when the frame is something else. */
export function readQuestion(frame: string): { readonly id: string; readonly question: GatewayQuestion } | undefined {
  if (!frame.startsWith(`${WORD} `)) return undefined
  const [, id = '', json = ''] = /^\S+ (\S+) (.*)$/s.exec(frame) ?? []
  try {
    return { id, question: JSON.parse(json) as GatewayQuestion }
  } catch {
    return undefined
  }
}
