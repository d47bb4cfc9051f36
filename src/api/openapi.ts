import { problems } from './problem'
import type { createRouter } from './router'
import { areaOf, scopesFor } from './scopes'
import { VERSION } from './version'

const DESCRIPTION = `Domains and subscribers of this exchange, where they are registered, and its carriers.

A token has scopes, and may be for some domains only; each route names the scopes that will do.

Names are camelCase. Fields ending in \`At\` are RFC 3339 times in UTC, \`expiresIn\` is in seconds, \`lastModified\` in epoch seconds.
Errors are \`application/problem+json\` (RFC 9457) with the wrong \`field\`. Unknown fields are refused. A change holds when the answer arrives; what concerns
carriers within a second.`

const SECURITY = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A token made with `POST /v1/tokens` that has one of the scopes named, or the root token of the deployment, which may do everything: ' +
    '`Authorization: Bearer $ADMIN_TOKEN`.',
} as const

const GATEWAY_SECURITY = {
  type: 'http',
  scheme: 'bearer',
  description: 'The token of the gateways: `Authorization: Bearer $GATEWAY_TOKEN`.',
} as const

export type OpenApiDocument = ReturnType<typeof openApiDocument>

/** OpenAPI 3.1, made from the routes. */
export function openApiDocument(api: Pick<ReturnType<typeof createRouter>, 'getOpenAPI31Document'>) {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Strowger REST API',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'Health', description: 'Whether the deployment works.' },
      { name: 'Domains', description: 'The hosts that we answer for.' },
      { name: 'Subscribers', description: 'Who may register and call.' },
      { name: 'Messages', description: 'Texts to the devices of an address.' },
      { name: 'Calls', description: 'Records of calls, and what was said in each.' },
      { name: 'Bans', description: 'Sources that `antiFlood()` has banned.' },
      { name: 'Carriers', description: 'Who may call from the telephone network, and the ways out to it.' },
      { name: 'Tokens', description: 'Who may use this interface, and for what.' },
      { name: 'Gateways', description: 'What speaks to carriers, and how they are.' },
    ],
  })
  return {
    ...document,
    paths: Object.fromEntries(Object.entries(document.paths ?? {}).map(([path, item]) => [path, scoped(path, item)])),
    components: { ...document.components, securitySchemes: { token: SECURITY, gatewayToken: GATEWAY_SECURITY } },
  }
}

/** Who may call the operations of a path: each alternative is one scope that is enough (OpenAPI 3.1 §4.8.30.1). */
function scoped<T extends object>(path: string, item: T): T {
  const area = areaOf(path)
  if (!area) return item
  const operations = Object.entries(item).map(([method, operation]) => {
    const security = scopesFor(area, method).map((scope) => ({ token: [scope] }))
    return [method, { ...operation, security, responses: { ...operation.responses, ...problems(403) } }]
  })
  return Object.fromEntries(operations) as T
}
