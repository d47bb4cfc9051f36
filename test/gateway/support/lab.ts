import { Gateway } from '../../../src/gateway/gateway'
import type { Dns } from '../../../src/gateway/resolve/dns'
import type { Settings } from '../../../src/gateway/settings'
import { readListeners } from '../../../src/gateway/transport/listener'
import { type Account, AdminApi } from '../../support/admin-api'
import { type Product, startProduct } from '../../support/product'
import { SipClient, token } from '../../support/sip-client'
import { UdpPeer } from './udp-peer'

export interface LogLine {
  readonly level: string
  readonly event: string
  readonly [detail: string]: unknown
}

/** Often enough that a test need not wait long. */
const KEEP_ALIVE_SECONDS = 0.5

/** Names that exist here. */
const NAMES: Readonly<Record<string, readonly string[]>> = {}
const dns: Dns = {
  naptr: async () => [],
  srv: async () => [],
  addresses: async (name) => NAMES[name] ?? [],
}

/** The Worker as `npm run serve` runs it, a gateway in this process, and carriers on loopback addresses of their own. */
export class Lab {
  product: Product
  readonly admin: AdminApi
  readonly domain: string
  readonly log: LogLine[] = []
  private readonly engines: Settings['engines']
  private readonly more: string
  private readonly settings: Record<string, string>
  gateway: Gateway
  /** What carriers send to. */
  readonly edge = { address: '127.0.0.1', port: 0 }
  private readonly peers: UdpPeer[] = []
  private readonly phones: SipClient[] = []
  private readonly others: Gateway[] = []

  /** `more`: listeners besides those of `edge`, as in LISTEN. `settings`: of the Worker. */
  static async open(engines: Settings['engines'] = [], more = '', settings: Record<string, string> = {}): Promise<Lab> {
    const lab = new Lab(await startProduct(settings), engines, more, settings)
    await lab.admin.createDomain(lab.domain)
    await lab.startGateway()
    return lab
  }

  private constructor(product: Product, engines: Settings['engines'], more: string, settings: Record<string, string>) {
    this.settings = settings
    this.engines = engines
    this.more = more
    this.product = product
    this.admin = new AdminApi(product.url, product.adminToken)
    this.domain = `lab-${token(3)}.test`
    this.gateway = this.newGateway()
  }

  /** One more gateway, on ports of its own, until the lab closes. */
  async another(name: string): Promise<Gateway> {
    const port = 0
    const listeners = [{ transport: 'UDP', address: '127.0.0.1', port } as const]
    const gateway = new Gateway({ ...this.settingsOf(name), listeners, sockets: 1 }, { log: () => {}, dns })
    this.others.push(gateway)
    await gateway.start()
    await this.until(() => gateway.link.up === 1, 'its link is up')
    return gateway
  }

  private newGateway(): Gateway {
    const write = (line: LogLine) => this.log.push(line)
    const log = (level: string, event: string, details?: object) => write({ level, event, ...details })
    return new Gateway(this.settingsOf('g1'), { log, dns })
  }

  private settingsOf(name: string): Settings {
    return {
      url: this.product.url,
      token: this.product.gatewayToken,
      name,
      sockets: 2,
      listeners: [
        { transport: 'UDP', address: '127.0.0.1', port: this.edge.port },
        { transport: 'TCP', address: '127.0.0.1', port: this.edge.port },
        ...(this.more === '' ? [] : readListeners(this.more)),
      ],
      engines: this.engines,
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      http: undefined,
      logLevel: 'debug',
    }
  }

  async startGateway(): Promise<void> {
    this.gateway = this.newGateway()
    await this.gateway.start()
    const udp = this.gateway.network.own().find((own) => own.transport === 'UDP')
    this.edge.port = Number(udp?.hostPort.split(':')[1])
    await this.until(() => this.gateway.link.up === 2, 'the link is up')
    await this.until(() => this.log.some((line) => line.event === 'configuration.loaded'), 'the configuration is there')
  }

  /** Cuts the WebSockets without a word, as a network does; the gateway makes them anew. */
  async breakLink(): Promise<void> {
    this.gateway.link.cut()
    await this.until(() => this.gateway.link.up === 2, 'the link is back')
  }

  /** Another process of the Worker, where the one before was: `settings` name its port and its state. */
  async restartWorker(): Promise<void> {
    await this.product.stop()
    this.product = await startProduct(this.settings)
    await this.until(() => this.gateway.link.up === 2, 'the link is back')
  }

  async stopGateway(): Promise<void> {
    await this.gateway.stop()
  }

  /** A carrier on a loopback address of its own. */
  async carrier(address: string, port = 0): Promise<UdpPeer> {
    const peer = await UdpPeer.open(address, this.edge, port)
    this.peers.push(peer)
    return peer
  }

  async subscriber(username: string): Promise<Account> {
    return this.admin.createSubscriber(username, this.domain)
  }

  /** A registered phone over WebSocket. */
  async phone(username: string): Promise<SipClient> {
    const phone = await SipClient.connect(this.product.sipUrl, await this.subscriber(username))
    this.phones.push(phone)
    await phone.register()
    return phone
  }

  /** The configuration that was put before has reached the gateway. */
  async configured(change: () => Promise<unknown>): Promise<void> {
    await change()
    const headers = { Authorization: `Bearer ${this.product.gatewayToken}` }
    const current = await fetch(`${this.product.url}/v1/gateway/configuration`, { headers })
    const version = current.headers.get('ETag')
    const loaded = () => this.log.findLast((line) => line.event === 'configuration.loaded')?.version
    await this.until(() => loaded() === version, 'the new configuration is there')
  }

  async until(holds: () => boolean | Promise<boolean>, what: string, everyMs = 20): Promise<void> {
    const deadline = Date.now() + 15_000
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`waited for: ${what}; log: ${JSON.stringify(this.log.slice(-10))}`)
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  async close(): Promise<void> {
    for (const phone of this.phones) phone.close()
    for (const gateway of [this.gateway, ...this.others]) await gateway.stop()
    for (const peer of this.peers) peer.close()
    await this.product.stop()
  }
}
