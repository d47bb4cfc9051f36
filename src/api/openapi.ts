import type { createRouter } from './router'
import { VERSION } from './version'

const DESCRIPTION = `Domains and subscribers of this exchange, where they are registered, and its carriers.

Names are camelCase. Fields ending in \`At\` are RFC 3339 times in UTC, \`expiresIn\` is in seconds, \`lastModified\` in epoch seconds.
Errors are \`application/problem+json\` (RFC 9457) with the wrong \`field\`. Unknown fields are refused. A change holds when the answer arrives; what concerns
carriers within a second.`

const SECURITY = {
  type: 'http',
  scheme: 'bearer',
  description: 'The admin token of the deployment: `Authorization: Bearer $ADMIN_TOKEN`.',
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
      { name: 'Bans', description: 'Sources that `antiFlood()` has banned.' },
      { name: 'Carriers', description: 'Who may call from the telephone network, and the ways out to it.' },
      { name: 'Gateways', description: 'What speaks to carriers, and how they are.' },
    ],
  })
  return {
    ...document,
    components: { ...document.components, securitySchemes: { adminToken: SECURITY, gatewayToken: GATEWAY_SECURITY } },
  }
}
