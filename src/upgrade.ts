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

const PLACEMENTS = ['one', 'many']

function refuse(request: Request, env: Env): Response | undefined {
  const protocols = (request.headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map((p) => p.trim().toLowerCase())
  if (!protocols.includes('sip')) return text(400, 'The WebSocket subprotocol "sip" is required (RFC 7118 §4).')
  if (!isAllowed(request.headers.get('Origin'), env.ALLOWED_ORIGINS)) return text(403, 'This Origin is not allowed.')
  if (!PLACEMENTS.includes(env.SOCKETS_PER_OBJECT))
    return text(503, `SOCKETS_PER_OBJECT is "${env.SOCKETS_PER_OBJECT}": it must be "one" or "many".`)
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
