import { bodyLimit } from 'hono/body-limit'
import { addressEntries } from './address-entries'
import { addressGroups } from './address-groups'
import { aliases } from './aliases'
import { keyWithinReach, tokenFor } from './auth'
import { bans } from './bans'
import { bindings } from './bindings'
import { callLimits } from './call-limits'
import { callLink, linkOr } from './call-link'
import { calls } from './calls'
import { carrierRoutes } from './carrier-routes'
import { allowOrigins } from './cors'
import { dispatcherDestinations } from './dispatcher-destinations'
import { dispatchers } from './dispatchers'
import { docsPage } from './docs'
import { domains } from './domains'
import { endedMedia } from './ended-media'
import { features } from './features'
import { gatewayAnswers } from './gateway-answers'
import { gateways, gatewayToken } from './gateways'
import { health } from './health'
import { MAX_BODY_BYTES } from './limits'
import { messages } from './messages'
import { refuseTheRest } from './methods'
import { openApiDocument } from './openapi'
import { answerProblem, Problem } from './problem'
import { createRouter } from './router'
import { AREAS, areaOf } from './scopes'
import { speedDials } from './speed-dials'
import { storedMessages } from './stored-messages'
import { subscribers } from './subscribers'
import { tokens } from './tokens'
import { trunkChanges } from './trunk-changes'
import { trunkImport } from './trunk-import'
import { trunkTrace } from './trunk-trace'
import { trunks } from './trunks'

/** The REST API under `/v1`. Everything else of the Worker (sockets, pages) is not its business. */
export function createApi() {
  const api = createRouter()
  api.onError(answerProblem)
  api.use('/v1/*', allowOrigins, bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody }))
  for (const [path, area] of Object.entries(AREAS)) {
    api.use(`/v1/${path}/*`, area.isLinked ? linkOr(tokenFor(area)) : tokenFor(area))
    if (area.ofDomain === 'key') api.use(`/v1/${path}/:key/*`, keyWithinReach)
  }
  api.use('/v1/gateway/*', gatewayToken)
  const routes = api
    .route('/v1', health)
    .route('/v1', domains)
    .route('/v1', subscribers)
    .route('/v1', bindings)
    .route('/v1', features)
    .route('/v1', storedMessages)
    .route('/v1', messages)
    .route('/v1', calls)
    .route('/v1', callLink)
    .route('/v1', bans)
    .route('/v1', aliases)
    .route('/v1', speedDials)
    .route('/v1', addressGroups)
    .route('/v1', addressEntries)
    .route('/v1', dispatchers)
    .route('/v1', dispatcherDestinations)
    .route('/v1', trunks)
    .route('/v1', trunkChanges)
    .route('/v1', trunkImport)
    .route('/v1', trunkTrace)
    .route('/v1', carrierRoutes)
    .route('/v1', callLimits)
    .route('/v1', gateways)
    .route('/v1', gatewayAnswers)
    .route('/v1', endedMedia)
    .route('/v1', tokens)
  routes.get('/v1/openapi.json', (c) => c.json(openApiDocument(routes)))
  routes.get('/v1/docs', (c) => docsPage(c, openApiDocument(routes)))
  for (const { path } of routes.routes) areaOf(path)
  refuseTheRest(routes)
  return routes
}

/** For typed clients: `hc<Api>(url)` of `hono/client`. */
export type Api = ReturnType<typeof createApi>

function refuseBody(): never {
  throw new Problem(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`)
}
