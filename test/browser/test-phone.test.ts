import { afterAll, describe, expect } from 'vitest'
import { Strowger } from '../support/strowger'
import { clients, hasBrowser, test } from './fixture'

const cli = new Strowger({ STATE_DIR: '/nonexistent' })
afterAll(() => cli.remove())

describe.skipIf(!hasBrowser).each(clients)('T17 strowger test and %s', (client) => {
  test('the browser answers its call, and hears of the end', async ({ lab }) => {
    const [alice, phone] = await Promise.all([lab.subscriber(), lab.registered(client)])
    const who = `--user ${alice.aor.slice(4)} --password ${alice.password} --url ${lab.productUrl}`
    const running = cli.run(`test call ${phone.aor} ${who} --wait 300ms`)
    await phone.reaches('incoming')
    await phone.does('answer')
    const { status, out, err } = await running
    expect([status, err], out).toEqual([0, ''])
    expect(out).toMatch(/OK: .* answered after .*, and was hung up after 0\.3 s more\.\n$/)
    await phone.reaches('ended')
  })

  test('it answers the call of the browser', async ({ lab }) => {
    const [bob, phone] = await Promise.all([lab.subscriber(), lab.registered(client)])
    const who = `--user ${bob.aor.slice(4)} --password ${bob.password} --url ${lab.productUrl}`
    const running = cli.run(`test answer ${who} --for 20s --wait 20s`)
    await expect.poll(async () => (await lab.api.bindings(bob)).length, { timeout: 10_000 }).toBe(1)
    await phone.does('call', bob.aor)
    await phone.reaches('talking')
    await phone.does('hangup')
    const { status, out } = await running
    expect(status, out).toBe(0)
    expect(out).toMatch(/OK: the call of .* was answered; the caller hung up\.\n$/)
  })
})
