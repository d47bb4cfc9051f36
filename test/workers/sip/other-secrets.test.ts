import { describe, expect } from 'vitest'
import { digestAuth } from '../../../src/blocks'
import { md5 } from '../../../src/routing'
import { withFirstBlock } from '../support/block'
import { twins } from '../support/world'

const asked: string[] = []
const elsewhere = digestAuth({
  ha1: async ({ username, domain }) => {
    asked.push(`${username}@${domain}`)
    return username === 'elsa' ? md5(`elsa:${domain}:kept elsewhere`) : undefined
  },
})
/** Elsa is no subscriber of ours: another source knows her. */
withFirstBlock((c) => (c.method === 'REGISTER' && c.to?.user === 'elsa' ? elsewhere(c) : undefined))

describe('E16 secrets of another source', () => {
  twins('prove who is no subscriber, once for each socket, and count wrong answers as ever', async (world) => {
    asked.length = 0
    const { domain } = world
    const thief = await world.connect(world.account('elsa', 'guessed'))
    await thief.registerWith()
    await thief.expect('401 REGISTER')
    const elsa = await world.connect(world.account('elsa', 'kept elsewhere'))
    await elsa.register()
    elsa.registerOnce()
    await elsa.expect('200 REGISTER')
    expect(asked).toEqual([`elsa@${domain}`, `elsa@${domain}`])
    const bob = await world.phone('bob')
    bob.invite(elsa.account.aor)
    await bob.expect('100 INVITE')
    await elsa.expect('INVITE')
  })
})
