import { createApi } from './api'
import { upgrade, upgradeGateway } from './upgrade'

export { AlertsObject } from './objects/alerts-object'
export { CallsObject } from './objects/calls-object'
export { FlowObject } from './objects/flow-object'
export { GatewaysObject } from './objects/gateways-object'
export { LocationObject } from './objects/location-object'
export { SharedObject } from './objects/shared-object'

const api = createApi()
const GATEWAY_PATH = '/gateway'
/** The pages of operators. */
const CONSOLE = /^\/(?:calls|subscribers|carriers)(?:\/|$)/

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/' || pathname === '/ws') {
      if (request.headers.get('Upgrade')?.toLowerCase() === 'websocket') return upgrade(request, env)
      if (pathname === '/ws')
        return new Response('SIP over WebSocket is spoken here (RFC 7118).\n', {
          status: 426,
          headers: { Upgrade: 'websocket' },
        })
    }
    if (pathname === GATEWAY_PATH) return upgradeGateway(request, env)
    if (pathname === '/v1' || pathname.startsWith('/v1/')) return api.fetch(request, env, ctx)
    // One program, which reads from its address what to show.
    if (CONSOLE.test(pathname)) return env.ASSETS.fetch(new URL('/console', request.url))
    return env.ASSETS.fetch(request)
  },
} satisfies ExportedHandler<Env>
