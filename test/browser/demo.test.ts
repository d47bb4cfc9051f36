import { describe, expect } from 'vitest'
import { hasBrowser, type Lab, test } from './fixture'
import type { Phone } from './phone'

const at = (phone: Phone, id: string) => phone.page.getByTestId(id)
const WAIT = { timeout: 15_000 }

function open(lab: Lab, user: string): Promise<Phone> {
  const account = { username: user, domain: '', password: '', aor: user }
  return lab.page(`${lab.productUrl}/?user=${user}&quiet=1`, account)
}

async function shows(phone: Phone, id: string, text: RegExp): Promise<void> {
  await expect.poll(() => at(phone, id).textContent(), WAIT).toMatch(text)
}

describe.skipIf(!hasBrowser)('the demo page in two tabs', () => {
  test('C01 D15 calls, holds, resumes and hangs up', async ({ lab }) => {
    const one = await open(lab, '1001')
    const two = await open(lab, '1002')
    await shows(one, 'registration', /^registered/i)
    await shows(two, 'registration', /^registered/i)

    await at(one, 'dial').fill('1002')
    await at(one, 'call').click()
    await shows(two, 'call-state', /incoming/i)
    await shows(one, 'call-state', /ringing/i)
    await at(two, 'answer').click()
    await shows(one, 'call-state', /talking/i)
    await shows(two, 'call-state', /talking/i)
    await one.hears(two)
    await two.hears(one)

    await at(one, 'hold').click()
    await shows(one, 'call-state', /held/i)
    await expect.poll(() => at(two, 'remote-hold').isVisible(), WAIT).toBe(true)
    await at(one, 'hold').click()
    await shows(one, 'call-state', /talking/i)
    await two.hears(one)

    await at(one, 'hangup').click()
    await shows(one, 'call-state', /ended|idle/i)
    await shows(two, 'call-state', /ended|idle/i)
    expect(await at(one, 'sip-log').textContent()).toMatch(/INVITE/)
  })

  test('P08 sends a message', async ({ lab }) => {
    const one = await open(lab, '1001')
    const two = await open(lab, '1002')
    await shows(one, 'registration', /^registered/i)
    await shows(two, 'registration', /^registered/i)

    await at(one, 'dial').fill('1002')
    await at(one, 'message-input').fill('Hello, two!')
    await at(one, 'message-send').click()

    await shows(two, 'messages', /Hello, two!/)
  })
})
