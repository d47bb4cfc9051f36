import { expect, inject, vi } from 'vitest'
import { Gateway } from '../../src/gateway/gateway'
import { NgClient } from '../../src/gateway/media/ng-client'
import { type PeerProcess, RTPENGINE, startRtpengine } from '../peers/support/peers'
import { AdminApi } from '../support/admin-api'

const harness = inject('harness')

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

  /** Until the gateway has this dispatcher set. */
  async knows(set: string): Promise<void> {
    await vi.waitFor(() => expect(Object.keys(this.gateway.describe().sets)).toContain(set), { timeout: 10_000 })
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
