import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { Link } from '../../src/gateway/link/link'
import { until } from './support/until'

it('a Worker that refuses the gateway is complained of once, however often it is tried', async () => {
  let tries = 0
  const server = createServer().on('upgrade', (_, socket) => {
    tries++
    // The gateway hangs up as soon as it has read the refusal; that may reach us as a reset.
    socket.on('error', () => {})
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const said: unknown[] = []
  const link = new Link({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'wrong',
    name: 'g1',
    sockets: 2,
    log: (level, event, details) => said.push([level, event, details]),
    onFrame: () => {},
    onConfigurationChanged: () => {},
    onProberNews: () => {},
    onQuestion: () => {},
    onUp: () => {},
  })
  link.open()
  await until(() => tries >= 6, 'it was tried several times')
  link.close()
  server.close()
  expect(said).toEqual([['error', 'link.refused', { status: 401, reason: 'no' }]])
})
