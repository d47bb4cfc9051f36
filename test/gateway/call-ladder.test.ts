import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SipClient } from '../support/sip-client'
import { Lab } from './support/lab'

let lab: Lab
beforeAll(async () => {
  lab = await Lab.open()
  await lab.admin.put('address-groups/200', { carrier: true, domain: lab.domain, entries: [{ ip: '127.0.8.2' }] })
})
afterAll(() => lab?.close())

interface Shown {
  readonly status?: number
  readonly carrier?: { readonly set: string }
  readonly ends: readonly { readonly end: string; readonly name: string }[]
  readonly messages: readonly { readonly from: string; readonly to: string; readonly title: string }[]
}

/** The call with this Call-ID, once it has ended. */
async function callOf(callId: string): Promise<Shown> {
  const list = async () => (await lab.admin.get(`calls?state=ended&callId=${callId}`)) as { items: { id: string }[] }
  let items: { id: string }[] = []
  await lab.until(async () => {
    items = (await list()).items
    return items.length === 1
  }, 'the call is kept')
  return (await lab.admin.get(`calls/${items[0]?.id}`)) as Shown
}

const lines = ({ messages }: Shown) => messages.map(({ from, to, title }) => `${from} > ${to}: ${title}`)

describe('T12 the ladder of a call beyond the gateway', () => {
  it('shows what the carrier was sent and has said, beside what the Worker saw', async () => {
    const carrier = await lab.carrier('127.0.8.1')
    await lab.configured(() => lab.admin.put('dispatchers/main', { destinations: [{ uri: `sip:${carrier.host}` }] }))
    await lab.admin.put('carrier-routes/61', { sets: [{ set: 'main' }] })
    const alice = await SipClient.connect(lab.product.sipUrl, await lab.subscriber('alice'))
    const uri = `sip:61299999999@${lab.domain}`
    const invite = await alice.authenticated('INVITE', { uri, headers: [`Contact: ${alice.contact}`] })
    carrier.respond(await carrier.expect('INVITE'), 486)
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    await carrier.expect('ACK')
    alice.close()
    const shown = await callOf(invite.header('Call-ID'))
    const peer = `UDP:${carrier.host}`
    expect(shown.ends.map(({ end }) => end)).toEqual(['caller', 'strowger', 'branch-0', 'gateway g1', peer])
    expect(lines(shown)).toEqual(
      expect.arrayContaining([
        'caller > strowger: INVITE',
        'strowger > caller: 407 Proxy Authentication Required',
        'strowger > branch-0: INVITE',
        `gateway g1 > ${peer}: INVITE`,
        `${peer} > gateway g1: 486 Answer`,
        `gateway g1 > ${peer}: ACK`,
        'branch-0 > strowger: 486 Answer',
        'strowger > caller: 486 Answer',
      ]),
    )
    expect(await lab.admin.text(`calls?callId=${invite.header('Call-ID')}`)).toContain('"status":486')
  })

  it('a carrier that calls is on the side of the caller', async () => {
    const carrier = await lab.carrier('127.0.8.2')
    const invite = carrier.request('INVITE', { uri: `sip:+61288888888@${lab.edge.address}` })
    await carrier.expect('404 INVITE')
    const shown = await callOf(invite.header('Call-ID'))
    const peer = `UDP:${carrier.host}`
    expect(shown.ends).toMatchObject([{ end: peer }, { end: 'gateway g1' }, { end: 'caller', name: '200' }, {}])
    expect(lines(shown)[0]).toBe(`${peer} > gateway g1: INVITE`)
    expect(shown).toMatchObject({ status: 404 })
  })
})
