import { createServer, type Server } from 'node:http'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Gateway } from './gateway'

/** `/healthz`: 200 with a link to the Worker, 503 without. `/metrics`: Prometheus text. */
export async function serveHttp(gateway: Gateway, { host, port }: { host: string; port: number }): Promise<Server> {
  const registry = metricsOf(gateway)
  const server = createServer((request, response) => {
    void answer(request.url ?? '', gateway, registry).then(
      ({ status, type, body }) => response.writeHead(status, { 'Content-Type': type }).end(body),
      (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `HTTP ${host} port ${port}: ${error.code === 'EADDRINUSE' ? 'in use by another program' : error.message}`,
        ),
      ),
    )
    server.listen({ host, port }, resolve)
  })
  return server
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function answer(path: string, gateway: Gateway, registry: Registry): Promise<Answer> {
  if (path === '/healthz') {
    const facts = gateway.describe()
    return { status: facts.links > 0 ? 200 : 503, type: 'application/json', body: `${JSON.stringify(facts)}\n` }
  }
  if (path === '/metrics') return { status: 200, type: registry.contentType, body: await registry.metrics() }
  return { status: 404, type: 'text/plain', body: 'Here are /healthz and /metrics.\n' }
}

function metricsOf(gateway: Gateway): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  new Gauge({
    name: 'strowger_gateway_links',
    help: 'WebSockets to the Worker that are connected.',
    registers,
    collect() {
      this.set(gateway.link.up)
    },
  })
  new Gauge({
    name: 'strowger_gateway_requests_under_way',
    help: 'Requests whose transactions have not ended.',
    registers,
    collect() {
      this.set(gateway.relay.underWay)
    },
  })
  new Gauge({
    name: 'strowger_gateway_messages',
    help: 'Messages that were relayed or not, since the start.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(gateway.relay.counters)) this.set({ kind }, count)
    },
  })
  new Gauge({
    name: 'strowger_gateway_own_requests',
    help: 'Requests of the gateway itself since the start, by method: probes and keep-alives (OPTIONS), trunks (REGISTER).',
    labelNames: ['method'],
    registers,
    collect() {
      for (const [method, count] of Object.entries(gateway.describe().own)) this.set({ method }, count)
    },
  })
  new Gauge({
    name: 'strowger_gateway_transport',
    help: 'Messages since the start, by transport: received, sent, malformed, ignored, of scanners, of banned addresses; and errors.',
    labelNames: ['transport', 'kind'],
    registers,
    collect() {
      for (const [transport, counters] of Object.entries(gateway.network.counters))
        for (const [kind, count] of Object.entries(counters)) this.set({ transport, kind }, Number(count))
    },
  })
  new Gauge({
    name: 'strowger_gateway_bans',
    help: 'Addresses that are not listened to now, since they sent too much; a hundred at most are counted.',
    registers,
    collect() {
      this.set(gateway.flood.bans().length)
    },
  })
  new Gauge({
    name: 'strowger_gateway_destination_up',
    help: 'Whether calls go to a destination of a dispatcher set.',
    labelNames: ['set', 'uri'],
    registers,
    collect() {
      this.reset()
      for (const [set, destinations] of Object.entries(gateway.dispatcher.describe()))
        for (const { uri, state } of destinations) this.set({ set, uri }, /^[AT]/.test(state) ? 1 : 0)
    },
  })
  new Gauge({
    name: 'strowger_gateway_trunk_registered',
    help: 'Whether a trunk is registered.',
    labelNames: ['trunk'],
    registers,
    collect() {
      this.reset()
      for (const { name, status } of gateway.trunks.describe())
        this.set({ trunk: name }, status === 'registered' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'strowger_gateway_media',
    help: 'Calls that may have media now (sessions), and what was done for them since the start, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(gateway.media.snapshot()))
        if (typeof count === 'number') this.set({ kind }, count)
    },
  })
  new Gauge({
    name: 'strowger_gateway_engine',
    help: 'Each rtpengine: whether it is up, its calls, and how many of them it transcodes.',
    labelNames: ['engine', 'kind'],
    registers,
    collect() {
      for (const { engine, up, sessions, transcoding } of gateway.media.snapshot().engines) {
        this.set({ engine, kind: 'up' }, up ? 1 : 0)
        this.set({ engine, kind: 'sessions' }, sessions)
        this.set({ engine, kind: 'transcoding' }, transcoding)
      }
    },
  })
  return registry
}
