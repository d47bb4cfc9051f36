import { describe, expect, inject } from 'vitest'
import { addressOf } from '../support/admin-api'
import { clients, hasBrowser, type Lab, test } from './fixture'
import { talk } from './phone'

const WAIT = { timeout: 15_000 }

/** A page of the console, where the token of the lab has been given. */
async function open(lab: Lab, place: string) {
  const { page } = await lab.page(`${lab.productUrl}/${place}`, await lab.subscriber())
  await page.getByTestId('token').fill(inject('harness').adminToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByTestId('places').waitFor()
  return page
}

describe.skipIf(!hasBrowser)('the console', () => {
  for (const client of clients)
    test(`T12 shows the ladder of a call of ${client}, by a link also to who has no token`, async ({ lab }) => {
      const [one, two] = await lab.registeredPair(client, client)
      await one.does('call', two.aor)
      await two.reaches('incoming')
      await two.does('answer')
      await talk(one, two)
      await one.does('hangup')
      await two.reaches('ended')
      await one.wire.waitFor('received', '200 BYE')

      const page = await open(lab, 'calls')
      await page.getByTestId('filter-aor').fill(addressOf(one.account))
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      const row = page.getByTestId('rows').locator('tr')
      await expect.poll(() => row.count(), WAIT).toBe(1)
      await row.click()
      const titles = () => page.locator('.label').allTextContents()
      await expect
        .poll(titles, WAIT)
        .toEqual(expect.arrayContaining(['INVITESDP', '200 OKSDP', 'ACK', 'BYE', '200 OK']))
      await page.getByRole('button', { name: 'BYE' }).click()
      expect(await page.getByTestId('raw').textContent()).toMatch(/^BYE sip:/)
      expect(await page.getByTestId('outcome').textContent()).toBe('answered')

      const id = new URL(page.url()).pathname.split('/')[2] ?? ''
      const { url } = (await lab.api.post(`calls/${id}/link`, {})) as { url: string }
      const guest = await lab.page(url, one.account)
      await expect.poll(() => guest.page.locator('.label').count(), WAIT).toBeGreaterThan(5)
    })

  test('a wrong token is told of, and the page asks again', async ({ lab }) => {
    const { page } = await lab.page(`${lab.productUrl}/calls`, await lab.subscriber())
    await page.getByTestId('token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect.poll(() => page.getByTestId('sign-in-fault').textContent(), WAIT).toBe('There is no such token.')
  })

  test('T08 adds, disables and removes a subscriber, and shows his phones', async ({ lab }) => {
    const phone = await lab.registered('jssip')
    const page = await open(lab, `subscribers?domain=${lab.domain}&username=${phone.account.username}`)
    page.on('dialog', (dialog) => void dialog.accept())
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`${name}@`) })
    await expect.poll(() => row(phone.account.username).textContent(), WAIT).toContain('JsSIP')
    const name = `${phone.account.username}-new`
    const add = async (username: string) => {
      await page.getByLabel('Username', { exact: true }).fill(username)
      await page.getByLabel('Password').fill('secret')
      await page.getByRole('button', { name: 'Add subscriber' }).click()
    }
    await add('not a name')
    await expect.poll(() => page.getByTestId('fault').textContent(), WAIT).toMatch(/^username: /)
    await add(name)
    await row(name).getByRole('button', { name: 'Disable' }).click()
    await expect.poll(() => row(name).textContent(), WAIT).toContain('disabled')
    await row(name).getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => row(name).count(), WAIT).toBe(0)
    await page.getByTestId('find-username').fill(name)
    await page.getByRole('button', { name: 'Find' }).click()
    await expect
      .poll(() => page.getByTestId('fault').textContent(), WAIT)
      .toBe(`There is no subscriber ${name}@${lab.domain}.`)
  })

  test('T08 shows dispatcher sets, trunks and gateways', async ({ lab }) => {
    await lab.api.put('dispatchers/console', { destinations: [{ uri: 'sip:192.0.2.7', priority: 3 }] })
    const page = await open(lab, 'carriers')
    await expect.poll(() => page.getByRole('row', { name: /console/ }).textContent(), WAIT).toContain('priority 3')
    await page.getByRole('heading', { name: 'Gateways' }).waitFor()
    await lab.api.delete('dispatchers/console')
  })
})
