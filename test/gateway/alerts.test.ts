import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SipClient } from '../support/sip-client'
import { Lab } from './support/lab'
import type { UdpPeer } from './support/udp-peer'

interface Heard {
  readonly at: string
  readonly body: Readonly<Record<string, unknown>>
  readonly isSigned: boolean
}

/** An HTTP server on loopback that alerts are posted to. `answers`: what it says to the next ones, 204 after that. */
class Receiver {
  readonly heard: Heard[] = []
  answers: number[] = []
  private readonly server: Server
  private readonly secret: string

  static async open(secret: string): Promise<Receiver> {
    const receiver = new Receiver(secret)
    receiver.server.listen(0, '127.0.0.1')
    await once(receiver.server, 'listening')
    return receiver
  }

  private constructor(secret: string) {
    this.secret = secret
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        this.hear(request, Buffer.concat(chunks).toString())
        response.writeHead(this.answers.shift() ?? 204).end()
      })
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/alerts`
  }

  of(kind: string): Heard[] {
    return this.heard.filter(({ body }) => body.kind === kind)
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private hear({ headers, url, method }: IncomingMessage, text: string): void {
    const [, seconds, mac] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['strowger-signature'])) ?? []
    const expected = createHmac('sha256', this.secret).update(`${seconds}.${text}`).digest('hex')
    this.heard.push({ at: `${method} ${url}`, body: JSON.parse(text), isSigned: mac === expected })
  }
}

let ofDomain: Receiver
let ofDeployment: Receiver
let lab: Lab
let alice: SipClient
let carrier: UdpPeer

beforeAll(async () => {
  ofDomain = await Receiver.open('the secret of a domain')
  ofDeployment = await Receiver.open('the secret of all')
  lab = await Lab.open([], '', { ALERT_URL: ofDeployment.url, ALERT_SECRET: 'the secret of all' })
  carrier = await lab.carrier('127.0.1.1')
  alice = await lab.phone('alice')
  await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main', cost: 7 }] })
})
afterAll(async () => {
  await lab?.close()
  ofDomain?.close()
  ofDeployment?.close()
})

const who = () => ({ domain: lab.domain, aor: `alice@${lab.domain}` })

async function refused(): Promise<void> {
  const uri = `sip:+4930123456@${lab.domain}`
  const sent = alice.request('INVITE', { uri, headers: [`Contact: ${alice.contact}`], body: 'v=0\r\n' })
  alice.acknowledge(sent, await alice.expect('403 INVITE'))
}

describe('G12 alerts', () => {
  it('of a domain without a receiver go where those of the deployment go', async () => {
    await lab.admin.put(`call-limits/alice@${lab.domain}`, { allowedPrefixes: ['61'] })
    await refused()
    await refused()
    await lab.until(() => ofDeployment.of('call-limit').length > 0, 'the alert has come')
    const [alert] = ofDeployment.of('call-limit')
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const detail = `alice@${lab.domain} may not call +4930123456.`
    expect(alert).toEqual({
      at: 'POST /alerts',
      isSigned: true,
      body: { id: expect.any(String), kind: 'call-limit', ...who(), detail, at },
    })
  })

  it('of a domain go to its own receiver, again when that has failed', async () => {
    await lab.admin.patch(`domains/${lab.domain}`, { alertUrl: ofDomain.url, alertSecret: 'the secret of a domain' })
    ofDomain.answers = [500]
    await lab.admin.put(`call-limits/alice@${lab.domain}`, { spendPerDay: 0 })
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', { destinations: [{ uri: `sip:${carrier.host}`, probe: false }] }),
    )
    const uri = `sip:+4930123456@${lab.domain}`
    const sent = alice.request('INVITE', { uri, headers: [`Contact: ${alice.contact}`], body: 'v=0\r\n' })
    alice.acknowledge(sent, await alice.expect('503 INVITE'))
    await lab.until(() => ofDomain.of('spending-limit').length === 2, 'the alert has come a second time')
    const [first, second] = ofDomain.of('spending-limit')
    expect(first).toMatchObject({ isSigned: true, body: { ...who(), kind: 'spending-limit' } })
    expect(second?.body).toEqual(first?.body)
    expect(ofDeployment.of('spending-limit')).toEqual([])
  })

  it('tell of a dispatcher set of which nothing lives', async () => {
    const probing = { intervalSeconds: 0.5, timeoutSeconds: 0.25, failures: 1 }
    await lab.admin.put('dispatchers/dead', { destinations: [{ uri: 'sip:127.0.1.9' }], probing })
    await lab.until(() => ofDeployment.of('set-down').length > 0, 'the alert has come')
    expect(ofDeployment.of('set-down')[0]).toMatchObject({ isSigned: true, body: { set: 'dead', gateway: 'g1' } })
  })

  it('I13 tell of a trunk that has another realm', async () => {
    await lab.admin.put('trunks/wrong', {
      registrar: 'carrier.example',
      username: 'account',
      password: 'a secret',
      realm: 'carrier.example',
      authProxy: `sip:${carrier.host}`,
    })
    carrier.respond(await carrier.expect('REGISTER'), 401, {
      headers: ['WWW-Authenticate: Digest realm="b.example", nonce="n1", qop="auth"'],
    })
    await lab.until(() => ofDeployment.of('trunk-failed').length > 0, 'the alert has come')
    expect(ofDeployment.of('trunk-failed')[0]?.body).toMatchObject({
      trunk: 'wrong',
      gateway: 'g1',
      detail: expect.stringContaining('the realm of the registrar is b.example'),
    })
  })

  it('tell of a gateway that is gone, once', async () => {
    await lab.stopGateway()
    await lab.until(() => ofDeployment.of('gateway-gone').length > 0, 'the alert has come')
    expect(ofDeployment.of('gateway-gone')).toMatchObject([{ isSigned: true, body: { gateway: 'g1' } }])
    await lab.startGateway()
  })

  it('are all lines of the log too', () => {
    const logged = lab.product.output().match(/"event":"alert","kind":"[a-z-]+"/g) ?? []
    const kinds = logged.map((line) => line.replace(/.*:"|"$/g, ''))
    expect(kinds.sort()).toEqual(['call-limit', 'gateway-gone', 'set-down', 'spending-limit', 'trunk-failed'])
  })
})
