import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import worker from '../../../src/index'

const JUNK = 10_000
const HOST = 'https://sip.strowger.test'
const upgrade = (headers: Record<string, string>) => ({ headers: { Upgrade: 'websocket', ...headers } })

/** What the Internet sends to any host, and what is nearly right. */
const REQUESTS: ReadonlyArray<() => Request> = [
  () => new Request(`${HOST}/.env`),
  () => new Request(`${HOST}/wp-login.php`, { method: 'POST', body: 'log=admin' }),
  () => new Request(`${HOST}/v1/subscribers`),
  () => new Request(`${HOST}/v1/domains`, { headers: { Authorization: 'Bearer guess' } }),
  () => new Request(`${HOST}/v1/gateway/configuration`, { headers: { Authorization: 'Bearer guess' } }),
  () => new Request(`${HOST}/ws`, upgrade({})),
  () => new Request(`${HOST}/ws`, upgrade({ 'Sec-WebSocket-Protocol': 'chat' })),
  () => new Request(`${HOST}/gateway?name=g1`, upgrade({ 'Sec-WebSocket-Protocol': 'sip' })),
]

it('G09 ten thousand junk requests make no object and touch no database', async () => {
  const touched: string[] = []
  const trap = (name: string) =>
    new Proxy(
      {},
      {
        get: (_, method) => {
          touched.push(`${name}.${String(method)}`)
          throw new Error('junk reached a binding')
        },
      },
    )
  const guarded = {
    ...env,
    DB: trap('DB'),
    FLOW: trap('FLOW'),
    LOCATION: trap('LOCATION'),
    SHARED: trap('SHARED'),
    GATEWAYS: trap('GATEWAYS'),
  }
  const statuses = new Set<number>()
  for (let i = 0; i < JUNK; i++) {
    const request = REQUESTS[i % REQUESTS.length]?.() as Request<unknown, IncomingRequestCfProperties>
    const response = await worker.fetch(request, guarded as unknown as Env, createExecutionContext())
    statuses.add(response.status)
    await response.body?.cancel()
  }
  expect(touched).toEqual([])
  expect([...statuses].every((status) => status >= 400 && status < 500)).toBe(true)
}, 60_000)
