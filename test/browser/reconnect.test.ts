import { describe, expect } from 'vitest'
import { challengeParameter } from '../support/digest'
import { hasBrowser, test } from './fixture'
import { type Phone, talk } from './phone'

async function connected(caller: Phone, callee: Phone): Promise<void> {
  await caller.does('call', callee.aor)
  await callee.reaches('incoming')
  await callee.does('answer')
  await talk(caller, callee)
}

describe.skipIf(!hasBrowser)('a phone that loses its socket', () => {
  test('P9 B11 JsSIP comes back by itself as the same binding and can be called', async ({ lab }) => {
    const network = await lab.network()
    const phone = await lab.registered('jssip', { sipUrl: network.sipUrl })

    network.cut()
    await phone.notes('disconnected')
    await phone.wire.waitFor('received', '200 REGISTER', 2)

    expect(await lab.api.bindings(phone.account)).toMatchObject([{ state: 'connected' }])
    const caller = await lab.registered('sipjs')
    await connected(caller, phone)
  })

  test('P4 JsSIP answers a 401 on the new socket although a 407 made it forget the password', async ({ lab }) => {
    const network = await lab.network()
    const phone = await lab.phone('jssip', { sipUrl: network.sipUrl })
    const absent = await lab.subscriber()
    await phone.does('call', absent.aor)
    await phone.reaches('ended')

    network.cut()
    const connections = async () => (await phone.events()).filter((event) => event.name === 'connected').length
    await expect.poll(connections, { timeout: 15_000 }).toBe(2)
    await phone.registers()

    const proxy = phone.wire.received('407 INVITE').header('Proxy-Authenticate')
    const registrar = phone.wire.received('401 REGISTER').header('WWW-Authenticate')
    expect(challengeParameter(proxy, 'realm')).toBe(lab.domain)
    expect(challengeParameter(registrar, 'realm')).toBe(lab.domain)
  })

  test('P10 SIP.js comes back when its application says so, as the same binding', async ({ lab }) => {
    const network = await lab.network()
    const phone = await lab.registered('sipjs', { sipUrl: network.sipUrl })

    network.cut()
    await phone.notes('disconnected')
    await phone.does('reconnect')
    await phone.wire.waitFor('received', '200 REGISTER', 2)

    expect(await lab.api.bindings(phone.account)).toMatchObject([{ state: 'connected' }])
  })

  test('P9 a caller whose socket is cut while it rings rings no longer', async ({ lab }) => {
    const network = await lab.network()
    const [caller, callee] = await Promise.all([
      lab.registered('sipjs', { sipUrl: network.sipUrl }),
      lab.registered('jssip'),
    ])
    await caller.does('call', callee.aor)
    await callee.reaches('incoming')

    network.cut()

    await callee.reaches('ended')
    expect(callee.wire.all('received', 'CANCEL')).toHaveLength(1)
    await callee.wire.waitFor('received', 'ACK')
  })

  test('P9 P14 an established call stays: BYE of the other side finds the new socket', async ({ lab }) => {
    const network = await lab.network()
    const [caller, callee] = await Promise.all([
      lab.registered('sipjs'),
      lab.registered('jssip', { sipUrl: network.sipUrl }),
    ])
    await connected(caller, callee)

    network.cut()
    await callee.wire.waitFor('received', '200 REGISTER', 2)
    await talk(caller, callee)
    await caller.does('hangup')

    await callee.reaches('ended')
    await caller.wire.waitFor('received', '200 BYE')
  })

  test('P9 P14 an established call stays: the phone itself hangs up on its new socket', async ({ lab }) => {
    const network = await lab.network()
    const [caller, callee] = await Promise.all([
      lab.registered('jssip', { sipUrl: network.sipUrl }),
      lab.registered('sipjs'),
    ])
    await connected(caller, callee)

    network.cut()
    await caller.wire.waitFor('received', '200 REGISTER', 2)
    await caller.does('hangup')

    await callee.reaches('ended')
    await caller.wire.waitFor('received', '200 BYE')
  })

  test('P10 P14 an established call stays with SIP.js too, which has no instance', async ({ lab }) => {
    const network = await lab.network()
    const [caller, callee] = await Promise.all([
      lab.registered('jssip'),
      lab.registered('sipjs', { sipUrl: network.sipUrl }),
    ])
    await connected(caller, callee)

    network.cut()
    await callee.notes('disconnected')
    await callee.does('reconnect')
    await callee.wire.waitFor('received', '200 REGISTER', 2)
    await caller.does('hangup')

    await callee.reaches('ended')
    await caller.wire.waitFor('received', '200 BYE')
  })

  test('P9 B05 BYE waits for a phone that is between two sockets', async ({ lab }) => {
    const network = await lab.network()
    const [caller, callee] = await Promise.all([
      lab.registered('sipjs'),
      lab.registered('jssip', { sipUrl: network.sipUrl }),
    ])
    await connected(caller, callee)

    network.cut()
    await expect.poll(() => lab.api.bindings(callee.account)).toMatchObject([{ state: 'detached' }])
    await caller.does('hangup')

    await callee.reaches('ended')
    await caller.wire.waitFor('received', '200 BYE')
    expect(callee.wire.all('received', 'BYE')).toHaveLength(1)
  })
})
