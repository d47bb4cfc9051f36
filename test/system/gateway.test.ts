import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort, type Product, startProduct } from '../support/product'

const WAIT_MS = 30_000

/** `npm run gateway`, without npm in between. */
class GatewayCommand {
  private readonly child
  private printed = ''

  constructor(env: Record<string, string>, args: readonly string[] = []) {
    const { STROWGER_URL: _, GATEWAY_TOKEN: __, ...own } = process.env
    this.child = spawn(process.execPath, ['infra/local/gateway.mjs', ...args], {
      env: { ...own, GATEWAY_NAME: 'g1', HTTP: 'off', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (chunk) => {
        this.printed += String(chunk)
      })
  }

  get output(): string {
    return this.printed
  }

  async prints(text: string): Promise<void> {
    for (
      const deadline = Date.now() + WAIT_MS;
      !this.printed.includes(text);
      await new Promise((r) => setTimeout(r, 20))
    )
      if (Date.now() > deadline) throw new Error(`not printed: ${text}\n${this.printed}`)
  }

  async ends(signal?: 'SIGTERM'): Promise<number | null> {
    if (signal) this.child.kill(signal)
    if (this.child.exitCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }
}

describe('npm run gateway', () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct()
  })
  afterAll(() => product?.stop())
  const good = async () => ({
    STROWGER_URL: product.url,
    GATEWAY_TOKEN: product.gatewayToken,
    LISTEN: `udp:127.0.0.1:${await freePort()}`,
  })

  it('U06 --help names every setting, --check reads them', async () => {
    const help = new GatewayCommand({}, ['--help'])
    expect([await help.ends(), help.output]).toEqual([0, expect.stringContaining('GATEWAY_TOKEN')])
    const check = new GatewayCommand(await good(), ['--check'])
    expect([await check.ends(), check.output]).toEqual([0, 'The settings are good.\n'])
  })

  it('a setting that is missing is one clear line and status 1', async () => {
    const gateway = new GatewayCommand({})
    expect(await gateway.ends()).toBe(1)
    expect(gateway.output).toBe('strowger gateway: STROWGER_URL is not set: for example https://sip.example.com\n')
  })

  it('a port that is taken is one clear line and status 1', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address()
    const gateway = new GatewayCommand({ ...(await good()), LISTEN: `udp:127.0.0.1:${port}` })
    expect(await gateway.ends()).toBe(1)
    expect(gateway.output).toBe(`strowger gateway: UDP 127.0.0.1 port ${port} is in use by another program\n`)
    taken.close()
  })

  it('a wrong token is one clear line, and shown by /healthz, while it goes on trying', async () => {
    const port = await freePort()
    const gateway = new GatewayCommand({ ...(await good()), GATEWAY_TOKEN: 'wrong', HTTP: `127.0.0.1:${port}` })
    await gateway.prints('"event":"link.refused"')
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect([health.status, await health.json()]).toEqual([503, expect.objectContaining({ links: 0 })])
    expect(gateway.output).toContain('"status":401')
    expect(await gateway.ends('SIGTERM')).toBe(0)
  })

  it('with a link is healthy, has metrics, and shows an rtpengine that is away', async () => {
    const port = await freePort()
    const settings = { ...(await good()), HTTP: `127.0.0.1:${port}`, RTPENGINE: `udp:127.0.0.1:${await freePort()}` }
    const gateway = new GatewayCommand({ ...settings, GATEWAY_SOCKETS: '1' })
    await gateway.prints('"event":"configuration.loaded"')
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ links: 1, media: { engines: [{ up: false }] } })
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    for (const line of ['strowger_gateway_links 1', 'kind="up"} 0', 'strowger_gateway_bans 0'])
      expect(metrics).toContain(line)
    expect(await gateway.ends('SIGTERM')).toBe(0)
  })
})
