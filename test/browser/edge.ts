import { expect, inject, vi } from 'vitest'
import { Gateway } from '../../src/gateway/gateway'
import { NgClient } from '../../src/gateway/media/ng-client'
import { type PeerProcess, RTPENGINE, startRtpengine } from '../peers/support/peers'
import { AdminApi } from '../support/admin-api'

const harness = inject('harness')
const SET = 'browser-tests'

/** What stands between the browsers and the network of UDP: a gateway in this process, and a real rtpengine. */
export class Edge {
  readonly address = '127.0.0.1'
  readonly port: number
  readonly admin = new AdminApi(harness.productUrl, harness.adminToken)
  private readonly gateway: Gateway
  private readonly engine: PeerProcess
  private readonly ng = new NgClient(RTPENGINE.host, RTPENGINE.port)

  static async start(): Promise<Edge> {
    const engine = await startRtpengine()
    const gateway = new Gateway(
      {
        url: harness.productUrl,
        token: harness.gatewayToken,
        name: 'browser-tests',
        sockets: 2,
        listeners: [{ transport: 'UDP', address: '127.0.0.1', port: 0 }],
        engines: [RTPENGINE],
        keepAliveSeconds: 25,
        http: undefined,
        logLevel: 'error',
      },
      { log: () => {} },
    )
    await gateway.start()
    await vi.waitFor(() => expect(gateway.link.up).toBe(2), { timeout: 10_000 })
    return new Edge(gateway, engine)
  }

  private constructor(gateway: Gateway, engine: PeerProcess) {
    this.gateway = gateway
    this.engine = engine
    this.port = Number(gateway.network.own()[0]?.hostPort.split(':')[1])
  }

  /** Numbers that begin with +49 go to these carriers, in this order, and what they send is a carrier's. */
  async leadsTo(...carriers: readonly { readonly address: string; readonly host: string }[]): Promise<void> {
    const { admin } = this
    await admin.put(`address-groups/${SET}`, {
      carrier: true,
      domain: harness.domain,
      entries: carriers.map(({ address }) => ({ ip: address })),
    })
    const destinations = carriers.map(({ host }, i) => ({ uri: `sip:${host}`, probe: false, priority: i }))
    await admin.put(`dispatchers/${SET}`, { destinations, noResponseSeconds: 1 })
    await admin.put('carrier-routes/49', { sets: [{ set: SET }] })
    const expected = carriers.map(({ host }) => `sip:${host}`)
    await vi.waitFor(
      () => {
        const known = this.gateway.describe().sets[SET]?.map(({ uri }) => uri)
        expect(known?.toSorted()).toEqual(expected.toSorted())
      },
      { timeout: 10_000 },
    )
  }

  /** Until rtpengine has nothing left of any call. */
  async noSession(): Promise<void> {
    const sessions = async () => ((await this.ng.send({ command: 'list' })).calls as unknown[]).length
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0)
  }

  async stop(): Promise<void> {
    await this.gateway.stop()
    this.ng.close()
    await this.engine.end()
  }
}
