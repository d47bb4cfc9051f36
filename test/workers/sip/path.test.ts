import { describe, expect } from 'vitest'
import { flow, Ladder } from '../support/ladder'
import { newBranch } from '../support/messages'
import { twins, type World } from '../support/world'

const CLIENT = 'sip:bob@client.biloxi.example.org'
const BEHIND = `Via: SIP/2.0/UDP client.biloxi.example.org;branch=${newBranch()}`

/** The last of two proxies between bob and us, which it speaks for. */
async function lastProxy(world: World) {
  return world.connect(await world.subscriber('bob'), { host: 'p2.example.org', instance: null })
}

describe('RFC 3327 §5 Path', () => {
  twins('P01 P02 P03 P04 is kept in its order, is in the 200, and is the Route to the phone', async (world) => {
    const p2 = await lastProxy(world)
    const alice = await world.phone('alice')
    const ladder = new Ladder(world, { alice, p2 })
    const path = ['Path: <sip:p2.example.org;lr>', 'Path: <sip:p1.example.org;lr>;vendor="a, b"']
    await p2.registerWith([BEHIND, ...path, `Contact: <${CLIENT}>`, 'Expires: 600'])
    const ok = await p2.expect('200 REGISTER')
    expect(ok.headers('Path').map((value) => `Path: ${value}`)).toEqual(path)
    const invite = alice.invite(p2.account.aor, { body: '' })
    await alice.expect('100 INVITE')
    const offered = await p2.expect('INVITE')
    expect(offered.uri).toBe(CLIENT)
    p2.respond(offered, 486)
    await p2.expect('ACK')
    alice.acknowledge(invite, await alice.expect('486 INVITE'))
    expect(await ladder.whole()).toBe(
      flow(`
      p2    -> REGISTER example.com | cseq 1 REGISTER | via p2#1, client.biloxi.example.org#1 | hops 69 | path p2, p1.example.org | contact client.biloxi.example.org | expires 600
      p2    <- 401 Unauthorized | cseq 1 REGISTER | via p2#1, client.biloxi.example.org#1 | to tag 1 | challenge example.com
      p2    -> REGISTER example.com | cseq 2 REGISTER | via p2#2, client.biloxi.example.org#1 | hops 69 | path p2, p1.example.org | contact client.biloxi.example.org | expires 600 | proof for example.com
      p2    <- 200 OK | cseq 2 REGISTER | via p2#2, client.biloxi.example.org#1 | path p2, p1.example.org | to tag 2 | contact client.biloxi.example.org;expires=90
      alice -> INVITE bob@example.com | call 2 | cseq 1 INVITE | via alice#1 | hops 69 | contact alice
      alice <- 100 Trying | call 2 | cseq 1 INVITE | via alice#1
      p2    <- INVITE client.biloxi.example.org | call 2 | cseq 1 INVITE | via us#1, alice#1 | hops 68 | route p2, p1.example.org | record-route us | contact alice
      p2    -> 486 Busy Here | call 2 | cseq 1 INVITE | via us#1, alice#1 | record-route us | to tag 3
      p2    <- ACK client.biloxi.example.org | call 2 | cseq 1 ACK | via us#1 | hops 70 | route p2, p1.example.org | to tag 3
      alice <- 486 Busy Here | call 2 | cseq 1 INVITE | via alice#1 | record-route us | to tag 3
      alice -> ACK bob@example.com | call 2 | cseq 1 ACK | via alice#1 | hops 69 | to tag 3
    `),
    )
  })

  twins('P05 is taken from a phone that does not say that it knows Path', async (world) => {
    const p2 = await lastProxy(world)
    const asked = { headers: [BEHIND, 'Path: <sip:p2.example.org;lr>', `Contact: <${CLIENT}>`, 'Expires: 600'] }
    const first = p2.registerOnce([], asked)
    const proof = p2.credentials(first, await p2.expect('401 REGISTER'))
    p2.registerOnce([], { headers: [...asked.headers, proof] })
    expect((await p2.expect('200 REGISTER')).headers('Path')).toEqual(['<sip:p2.example.org;lr>'])
  })

  twins('P03 W11 a Contact with one bracket too many is 400', async (world) => {
    const p2 = await lastProxy(world)
    await p2.registerWith(['Path: <sip:p2.example.org;lr>', `Contact: <Bob <${CLIENT}>>`])
    expect((await p2.expect('400 REGISTER')).reason).toContain('Contact')
  })
})
