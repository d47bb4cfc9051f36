import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SipClient } from '../support/sip-client'
import { Lab } from './support/lab'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.open([], '', { LOG_LEVEL: 'debug' })
})
afterAll(() => lab?.close())

interface Decided {
  readonly callId: string
  readonly decided: string
  readonly by: string
  readonly steps: ReadonlyArray<{ readonly block: string; readonly why?: string }>
}
const decided = (): Decided[] =>
  lab.product
    .output()
    .split('\n')
    .filter((line) => line.includes('"event":"route.decided"'))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))))
const whyOf = (line: Decided | undefined, block: string) => line?.steps.find((step) => step.block === block)?.why

describe('H05 a call out, with LOG_LEVEL=debug', () => {
  it('tells its five steps: INVITE, 407, INVITE with credentials, nobody of ours, no carrier, so to a carrier', async () => {
    const carrier = await lab.carrier('127.0.7.1')
    await lab.configured(() => lab.admin.put('dispatchers/main', { destinations: [{ uri: `sip:${carrier.host}` }] }))
    await lab.admin.put('carrier-routes/61', { sets: [{ set: 'main' }] })
    await lab.admin.put('address-groups/200', { carrier: true, domain: lab.domain, entries: [{ ip: '127.0.7.1' }] })
    const alice = await SipClient.connect(lab.product.sipUrl, await lab.subscriber('alice'))
    const uri = `sip:61299999999@${lab.domain}`
    const invite = await alice.authenticated('INVITE', { uri, headers: [`Contact: ${alice.contact}`] })
    carrier.respond(await carrier.expect('INVITE'), 486)
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    alice.close()
    const ofCall = () => decided().filter(({ callId }) => callId === invite.header('Call-ID'))
    await lab.until(() => ofCall().length === 2, 'both decisions are told')
    const [challenged, routed] = ofCall()
    expect([challenged?.decided, challenged?.by]).toEqual(['407 Proxy Authentication Required', 'digestAuth'])
    expect(whyOf(challenged, 'digestAuth')).toBe(`no credentials for ${lab.domain}`)
    expect([routed?.decided, routed?.by]).toEqual(['relay sip:+61299999999@main.set.invalid;user=phone', 'carriers'])
    expect(whyOf(routed, 'fromCarrier')).toBe('it comes from a WebSocket, not from a gateway')
    expect(whyOf(routed, 'digestAuth')).toBe(`the credentials of alice@${lab.domain} are accepted`)
    expect(whyOf(routed, 'aliases')).toBe(`61299999999@${lab.domain} is unregistered, and no alias`)
    expect(whyOf(routed, 'carriers')).toBe(
      `61299999999@${lab.domain} is nobody of ours; +61299999999 goes to the sets main`,
    )
  })

  it('H03 and one back from the carrier: its group, and why it does not go out again', async () => {
    const carrier = await lab.carrier('127.0.7.1')
    const invite = carrier.request('INVITE', { uri: `sip:+61288888888@${lab.edge.address}` })
    await carrier.expect('404 INVITE')
    const line = () => decided().find(({ callId }) => callId === invite.header('Call-ID'))
    await lab.until(() => line() !== undefined, 'the decision is told')
    expect(whyOf(line(), 'fromCarrier')).toBe('address group 200 is a carrier')
    expect(whyOf(line(), 'carriers')).toBe('a call from a carrier never goes out again')
    expect([line()?.decided, line()?.by]).toEqual(['404 User not Registered', 'location'])
  })
})
