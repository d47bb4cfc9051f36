import { describe, expect, it } from 'vitest'
import { call } from './support'

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { properties?: Record<string, { description?: string }> }> }
}
interface Operation {
  summary?: string
  security?: unknown[]
  responses: Record<string, { description?: string; content?: Record<string, unknown> }>
}

async function document(): Promise<Document> {
  return (await call('/v1/openapi.json', { token: null })).json()
}

describe('GET /v1/openapi.json', () => {
  it('is an OpenAPI 3.1 document of all routes', async () => {
    const { openapi, paths } = await document()
    expect(openapi).toBe('3.1.0')
    expect(Object.entries(paths).map(([path, item]) => [path, Object.keys(item).sort()])).toEqual([
      ['/v1/health', ['get']],
      ['/v1/domains', ['get', 'post']],
      ['/v1/domains/{name}', ['delete', 'get', 'patch']],
      ['/v1/subscribers', ['get', 'post']],
      ['/v1/subscribers/{aor}', ['delete', 'get', 'patch']],
      ['/v1/subscribers/{aor}/bindings', ['delete', 'get']],
      ['/v1/subscribers/{aor}/features', ['get', 'put']],
      ['/v1/subscribers/{aor}/messages', ['delete', 'get']],
      ['/v1/messages', ['post']],
      ['/v1/calls', ['get']],
      ['/v1/calls/{id}', ['get']],
      ['/v1/calls/{id}/pcap', ['get']],
      ['/v1/calls/{id}/link', ['post']],
      ['/v1/bans', ['get']],
      ['/v1/bans/{source}', ['delete']],
      ['/v1/aliases', ['get']],
      ['/v1/aliases/{key}', ['delete', 'get', 'put']],
      ['/v1/speed-dials', ['get']],
      ['/v1/speed-dials/{key}', ['delete', 'get', 'put']],
      ['/v1/address-groups', ['get']],
      ['/v1/address-groups/{key}', ['delete', 'get', 'put']],
      ['/v1/address-groups/{key}/entries', ['post']],
      ['/v1/address-groups/{key}/entries/{index}', ['delete']],
      ['/v1/dispatchers', ['get']],
      ['/v1/dispatchers/{key}', ['delete', 'get', 'put']],
      ['/v1/dispatchers/{key}/destinations', ['patch']],
      ['/v1/trunks', ['get']],
      ['/v1/trunks/{key}', ['delete', 'get', 'patch', 'put']],
      ['/v1/trunks/import', ['post']],
      ['/v1/trunks/{key}/trace', ['get']],
      ['/v1/carrier-routes', ['get']],
      ['/v1/carrier-routes/{key}', ['delete', 'get', 'put']],
      ['/v1/call-limits', ['get']],
      ['/v1/call-limits/{key}', ['delete', 'get', 'put']],
      ['/v1/gateway/configuration', ['get']],
      ['/v1/gateway/state/{name}', ['put']],
      ['/v1/gateway/phones/gone', ['post']],
      ['/v1/gateways', ['get']],
      ['/v1/gateways/{name}', ['delete']],
      ['/v1/gateway/answers/{id}', ['put']],
      ['/v1/gateway/media', ['post']],
      ['/v1/tokens', ['get', 'post']],
      ['/v1/tokens/{id}', ['delete', 'get', 'patch']],
    ])
  })

  it('says of every route what it does, what it answers and who may call', async () => {
    const { paths } = await document()
    for (const [path, item] of Object.entries(paths)) {
      for (const operation of Object.values(item)) {
        expect(operation.summary, path).toBeTruthy()
        expect(Boolean(operation.security), path).toBe(path !== '/v1/health')
        for (const [status, response] of Object.entries(operation.responses)) {
          expect(response.description, `${path} ${status}`).toBeTruthy()
          if (Number(status) >= 400) expect(response.content).toHaveProperty(['application/problem+json'])
        }
      }
    }
  })

  it('has no field for a hash, and takes a password only in', async () => {
    const { schemas } = (await document()).components
    expect(JSON.stringify(schemas)).not.toMatch(/ha1(md5|sha)/i)
    expect(schemas.Subscriber?.properties).not.toHaveProperty('password')
  })

  it('gives the units of all numbers of a binding', async () => {
    const binding = (await document()).components.schemas.Binding?.properties
    expect(binding?.expiresIn?.description).toContain('Seconds')
    expect(binding?.lastModified?.description).toContain('epoch seconds')
  })
})

describe('GET /v1/docs', () => {
  it('shows every route and schema, without a token', async () => {
    const response = await call('/v1/docs', { token: null })
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/)
    const page = await response.text()
    const { paths, components } = await document()
    for (const path of Object.keys(paths)) expect(page).toContain(path)
    for (const name of Object.keys(components.schemas)) expect(page).toContain(`id="${name}"`)
  })

  it('loads nothing from another host and runs no script', async () => {
    const response = await call('/v1/docs', { token: null })
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(await response.text()).not.toMatch(/<script|src=|https?:\/\//)
  })
})
