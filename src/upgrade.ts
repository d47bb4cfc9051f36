import { wrongSetting } from './platform/deployment'
import { sameSecret } from './platform/same-secret'

/** What a WebSocket upgrade must have (RFC 7118 §4, RFC 6455 §4.2.2) before an object is made for it. */

export async function upgrade(request: Request, env: Env): Promise<Response> {
  const refusal = refuse(request, env)
  if (refusal) return refusal
  return env.FLOW.get(objectFor(request, env)).fetch(request)
}

/**
 * `one` object per socket is the cheapest while idle, and has no name, so that nothing is looked up across the world.
 * `many` sockets of one host share an object: its phones meet without a call between objects.
 */
function objectFor(request: Request, env: Env): DurableObjectId {
  if (env.SOCKETS_PER_OBJECT !== 'many') return env.FLOW.newUniqueId()
  return env.FLOW.idFromName(`sockets of ${new URL(request.url).host}`)
}

/** Name of a gateway: part of host names. */
const GATEWAY_NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/
/** Sockets that one gateway may have. */
export const MAX_GATEWAY_SOCKETS = 16

/**
 * A gateway dials in: `GET /gateway?name=<name>&socket=<number>` with `Authorization: Bearer $GATEWAY_TOKEN`. Each socket has
 * an object of its own name, so that it is the same flow again after a reconnect.
 */
export async function upgradeGateway(request: Request, env: Env): Promise<Response> {
  const { searchParams } = new URL(request.url)
  const name = searchParams.get('name') ?? ''
  const socket = Number(searchParams.get('socket') ?? '0')
  const refusal = refuseGateway(request, env, name, socket)
  return refusal ?? env.FLOW.get(env.FLOW.idFromName(`gateway:${name}:${socket}`)).fetch(request)
}

function refuseGateway(request: Request, env: Env, name: string, socket: number): Response | undefined {
  if (!env.GATEWAY_TOKEN) return text(503, 'GATEWAY_TOKEN is not set (wrangler secret put GATEWAY_TOKEN).')
  const given = /^Bearer +(\S+) *$/i.exec(request.headers.get('Authorization') ?? '')?.[1] ?? ''
  if (!sameSecret(given, env.GATEWAY_TOKEN)) return text(401, 'The gateway token is missing or wrong.')
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return text(426, 'Gateways speak WebSocket here.')
  if (!GATEWAY_NAME.test(name)) return text(400, 'name: 1 to 32 of a-z, 0-9 and hyphens between them.')
  if (!Number.isInteger(socket) || socket < 0 || socket >= MAX_GATEWAY_SOCKETS)
    return text(400, `socket: a number from 0 to ${MAX_GATEWAY_SOCKETS - 1}.`)
  return refuse(request, env)
}

function refuse(request: Request, env: Env): Response | undefined {
  const protocols = (request.headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map((p) => p.trim().toLowerCase())
  if (!protocols.includes('sip')) return text(400, 'The WebSocket subprotocol "sip" is required (RFC 7118 §4).')
  if (!isAllowed(request.headers.get('Origin'), env.ALLOWED_ORIGINS)) return text(403, 'This Origin is not allowed.')
  const wrong = wrongSetting(env)
  if (wrong !== undefined) return text(503, wrong)
  if (!env.TOKEN_SECRET) return text(503, 'TOKEN_SECRET is not set.')
  return undefined
}

/** `*` or a comma-separated list of origins. Clients that are no browsers send none and are not stopped by this. */
function isAllowed(origin: string | null, allowed: string): boolean {
  const list = allowed.split(',').map((o) => o.trim().toLowerCase())
  return origin === null || list.includes('*') || list.includes(origin.toLowerCase())
}

function text(status: number, message: string): Response {
  return new Response(`${message}\n`, { status })
}
