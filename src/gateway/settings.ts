import { hostname } from 'node:os'
import { LOG_LEVELS, type LogLevel } from './log'
import { type EngineSetting, REGION, readEngines } from './media/engine-addresses'
import { type Listener, readListeners } from './transport/listener'

/** The settings of a gateway, all from the environment. */
export interface Settings {
  readonly url: string
  readonly token: string
  readonly name: string
  readonly sockets: number
  readonly listeners: readonly Listener[]
  readonly engines: EngineSetting
  /** Where it is: engines of the same region come first. */
  readonly region?: string
  /** How often UDP phones are asked whether they are there. */
  readonly keepAliveSeconds: number
  readonly http: { readonly host: string; readonly port: number } | undefined
  readonly logLevel: LogLevel
}

export const HELP = `Strowger gateway: SIP over UDP and TCP to carriers, WebSocket to the Worker.

  npm run gateway            in a checkout
  node gateway.mjs           in the container

Settings are environment variables:

  STROWGER_URL    where the Worker is: https://sip.example.com        (required)
  GATEWAY_TOKEN   the secret of the same name of the Worker           (required)
  GATEWAY_NAME    name of this gateway: a-z, 0-9, hyphens             (default: host name)
  GATEWAY_SOCKETS WebSockets to the Worker, 1 to 16                   (default: 2)
  LISTEN          addresses for carriers, comma-separated:            (default: udp:127.0.0.1:5060)
                  udp:0.0.0.0:5060;advertise=203.0.113.5:5060,tcp:0.0.0.0:5060;advertise=203.0.113.5
                  with ;name=second at the end destinations and trunks may choose it as their "socket"
  RTPENGINE       media relays, comma-separated:                      (default: none; browsers can't reach carriers)
                  udp:10.0.0.7:2223;weight=2;transcodes=100
                  or "off": carriers speak WebRTC, nothing is translated
                  with ;region=syd an engine serves gateways of other regions only while all of theirs are down
  REGION          where this gateway is: a-z, 0-9, hyphens            (default: none; all engines are near)
  KEEP_ALIVE      seconds between the OPTIONS to UDP phones that have    (default: 25)
                  registered through it; three without an answer end a registration
  HTTP            host:port of /healthz and /metrics, or "off"        (default: 127.0.0.1:8088)
  LOG_LEVEL       error, warn, info or debug                          (default: info)

  --help          this text
  --check         reads the settings and ends: 0 when they are good

Dispatcher sets, trunks and address groups are configured over the REST API of the Worker.
`

/** Reads the settings. Throws an Error of one line that says what is wrong. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    url: urlOf(env.STROWGER_URL),
    token: required(env.GATEWAY_TOKEN, 'GATEWAY_TOKEN is not set: it is the secret of the same name of the Worker'),
    name: nameOf(env.GATEWAY_NAME),
    sockets: socketsOf(env.GATEWAY_SOCKETS),
    listeners: readListeners(env.LISTEN || 'udp:127.0.0.1:5060'),
    engines: readEngines(env.RTPENGINE ?? ''),
    ...(env.REGION ? { region: regionOf(env.REGION) } : {}),
    keepAliveSeconds: secondsOf(env.KEEP_ALIVE),
    http: httpOf(env.HTTP || '127.0.0.1:8088'),
    logLevel: levelOf(env.LOG_LEVEL || 'info'),
  }
}

function required(value: string | undefined, complaint: string): string {
  if (!value) throw new Error(complaint)
  return value
}

function urlOf(text: string | undefined): string {
  const given = required(text, 'STROWGER_URL is not set: for example https://sip.example.com')
  if (!URL.canParse(given) || !/^(?:https?|wss?):$/.test(new URL(given).protocol))
    throw new Error(`STROWGER_URL "${given}" is not like https://sip.example.com`)
  return given.replace(/^ws/, 'http').replace(/\/+$/, '')
}

function nameOf(text: string | undefined): string {
  const name = text || hostname().split('.')[0]?.toLowerCase() || 'gateway'
  if (!/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(name))
    throw new Error(`GATEWAY_NAME "${name}": 1 to 32 of a-z, 0-9 and hyphens between them`)
  return name
}

function regionOf(text: string): string {
  if (!REGION.test(text)) throw new Error(`REGION "${text}": 1 to 32 of a-z, 0-9 and hyphens between them`)
  return text
}

function socketsOf(text: string | undefined): number {
  const sockets = text ? Number(text) : 2
  if (!Number.isInteger(sockets) || sockets < 1 || sockets > 16)
    throw new Error(`GATEWAY_SOCKETS "${text}" is not a number from 1 to 16`)
  return sockets
}

/** RFC 5626 §4.4.1: more than half a minute would be too seldom for many a NAT. */
function secondsOf(text: string | undefined): number {
  const seconds = text ? Number(text) : 25
  if (!(seconds >= 1 && seconds <= 600)) throw new Error(`KEEP_ALIVE "${text}" is not a number from 1 to 600`)
  return seconds
}

function httpOf(text: string): Settings['http'] {
  if (text === 'off') return undefined
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (!match || port > 65_535) throw new Error(`HTTP "${text}" is neither "off" nor like 127.0.0.1:8088`)
  return { host: match[1] ?? match[2] ?? '', port }
}

function levelOf(text: string): LogLevel {
  const level = LOG_LEVELS.find((l) => l === text)
  if (!level) throw new Error(`LOG_LEVEL "${text}" is not one of ${LOG_LEVELS.join(', ')}`)
  return level
}
