import type { Condition } from './state'

/** What one gateway has found for all: the conditions of destinations, by set and URI. Plain JSON. */
export type FoundConditions = Readonly<Record<string, Readonly<Record<string, Condition>>>>

/** Which gateways there are, and what the prober among them has found. */
export interface ProberNews {
  readonly gateways: readonly string[]
  readonly found: FoundConditions
}

/** Who asks for all of them: the first by name, so that nobody has to agree. Undefined when there is none. */
export function proberOf(gateways: readonly string[]): string | undefined {
  return gateways.toSorted()[0]
}

const WORD = 'strowger:prober'

/** The news as a word on the link. */
export function formatProberNews(news: ProberNews): string {
  return `${WORD} ${JSON.stringify(news)}`
}

/** Undefined when the frame is something else. */
export function readProberNews(frame: string): ProberNews | undefined {
  if (!frame.startsWith(`${WORD} `)) return undefined
  try {
    return proberNews(JSON.parse(frame.slice(WORD.length + 1)))
  } catch {
    return undefined
  }
}

/** News that came as JSON; undefined when they are none. */
export function proberNews(value: unknown): ProberNews | undefined {
  const news = value as Partial<ProberNews> | null
  return Array.isArray(news?.gateways) && typeof news.found === 'object' && news.found !== null
    ? { gateways: news.gateways, found: news.found }
    : undefined
}
