/** An rtpengine's ng port. */
export interface EngineAddress {
  readonly host: string
  readonly port: number
  /** Share of the calls, 1 to 100. */
  readonly weight: number
  /** Calls whose audio it may transcode at the same time. */
  readonly transcodes: number
  /** Where it is; near to every gateway when absent. */
  readonly region?: string
}

/** A core of a small machine does about this many. */
export const DEFAULT_TRANSCODES = 100
const MAX_WEIGHT = 100

/** `off`: descriptions pass as they are, for carriers that speak WebRTC. */
export type EngineSetting = readonly EngineAddress[] | 'off'

const ENGINE = /^udp:(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})((?:;[a-z]+=[a-z0-9][a-z0-9-]{0,31})*)$/i
/** Names of regions. */
export const REGION = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/

/**
 * Reads `udp:127.0.0.1:2223;weight=2;transcodes=100;region=syd,udp:...`, or `off`. Throws an Error of one line that says what is wrong.
 */
export function readEngines(text: string): EngineSetting {
  if (text.trim() === 'off') return 'off'
  const engines = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readEngine)
  const twice = engines.find((e, i) => engines.findIndex((o) => o.host === e.host && o.port === e.port) !== i)
  if (twice) throw new Error(`RTPENGINE names ${twice.host} port ${twice.port} twice`)
  return engines
}

function readEngine(text: string): EngineAddress {
  const match = ENGINE.exec(text)
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65_535)
    throw new Error(`RTPENGINE: "${text}" is not like udp:127.0.0.1:2223;weight=1`)
  const options = new Map(
    [...(match[4] ?? '').matchAll(/;([a-z]+)=([a-z0-9-]+)/gi)].map(([, name = '', value]) => [name, value]),
  )
  const number = (name: string, fallback: number, least: number, most: number) => {
    const given = options.get(name) ?? String(fallback)
    const value = Number(given)
    options.delete(name)
    if (!/^\d{1,6}$/.test(given) || value < least || value > most)
      throw new Error(`RTPENGINE: "${text}": ${name} is a number from ${least} to ${most}`)
    return value
  }
  const weight = number('weight', 1, 1, MAX_WEIGHT)
  const transcodes = number('transcodes', DEFAULT_TRANSCODES, 0, 100_000)
  const region = options.get('region')
  options.delete('region')
  if (region !== undefined && !REGION.test(region))
    throw new Error(`RTPENGINE: "${text}": region is a-z, 0-9 and hyphens between them`)
  const [unknown] = options.keys()
  if (unknown !== undefined)
    throw new Error(`RTPENGINE: "${text}": ${unknown} is none of weight, transcodes and region`)
  const place = region === undefined ? {} : { region }
  return { host: match[1] ?? match[2] ?? '', port, weight, transcodes, ...place }
}
