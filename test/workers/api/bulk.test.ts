import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSubscribers } from '../../../src/api/bulk'
import { MAX_BODY_BYTES, MAX_BULK } from '../../../src/api/limits'
import { openDatabase } from '../../../src/store/database'
import { findSubscriber } from '../../../src/store/subscribers'
import { domain, patch, post, problemOf } from './support'

const db = openDatabase(env.DB)

function people(count: number, prefix: string, name = 'bulk.test') {
  return Array.from({ length: count }, (_, index) => ({
    username: `${prefix}${index}`,
    domain: name,
    password: `pw${index}`,
  }))
}

async function count(prefix: string): Promise<unknown> {
  return env.DB.prepare('select count(*) as n from subscribers where username like ?').bind(`${prefix}%`).first('n')
}

beforeAll(async () => {
  await domain('bulk.test')
})

describe('POST /v1/subscribers with an array', () => {
  it('E14 creates 1,000 in one request, and again changes nothing', async () => {
    const body = people(MAX_BULK, 'e14-')
    const first = await post('/v1/subscribers', body)
    expect([first.status, await first.json()]).toEqual([201, { created: 1_000, unchanged: 0 }])
    const stored = await findSubscriber(db, 'e14-999', 'bulk.test')
    const second = await post('/v1/subscribers', body)
    expect([second.status, await second.json()]).toEqual([201, { created: 0, unchanged: 1_000 }])
    expect(await findSubscriber(db, 'e14-999', 'bulk.test')).toEqual(stored)
    expect(await count('e14-')).toBe(1_000)
  })

  it('takes 1,000 of the longest names and passwords', async () => {
    const name = `${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(61)}`
    await domain(name)
    const body = people(MAX_BULK, 'n'.repeat(60), name).map((item) => ({ ...item, password: 'ü'.repeat(128) }))
    const longest = body.map((item, index) => ({ ...item, username: String(index).padStart(64, 'n') }))
    expect(JSON.stringify(longest).length).toBeLessThan(MAX_BODY_BYTES)
    expect(await (await post('/v1/subscribers', longest)).json()).toEqual({ created: 1_000, unchanged: 0 })
  })

  it('creates those that are missing', async () => {
    await post('/v1/subscribers', people(3, 'some-'))
    expect(await (await post('/v1/subscribers', people(5, 'some-'))).json()).toEqual({ created: 2, unchanged: 3 })
  })

  it('leaves a disabled subscriber disabled', async () => {
    await post('/v1/subscribers', people(1, 'disabled-'))
    await patch('/v1/subscribers/disabled-0@bulk.test', { enabled: false })
    expect(await (await post('/v1/subscribers', people(1, 'disabled-'))).json()).toEqual({ created: 0, unchanged: 1 })
    expect(await findSubscriber(db, 'disabled-0', 'bulk.test')).toMatchObject({ enabled: false })
  })

  it('counts an item that is repeated in the request once', async () => {
    const [one] = people(1, 'repeated-')
    expect(await (await post('/v1/subscribers', [one, one])).json()).toEqual({ created: 1, unchanged: 1 })
  })

  it('writes nothing when one exists with another password, and names it', async () => {
    await post('/v1/subscribers', people(1, 'clash-'))
    const body = [...people(3, 'clash-new-'), { username: 'clash-0', domain: 'bulk.test', password: 'another' }]
    expect(await problemOf(await post('/v1/subscribers', body), 409)).toMatchObject({ field: '[3].username' })
    expect(await count('clash-')).toBe(1)
  })

  it('refuses two passwords for one name in the same request', async () => {
    const [one] = people(1, 'two-')
    const response = await post('/v1/subscribers', [one, { ...one, password: 'another' }])
    expect(await problemOf(response, 409)).toMatchObject({ field: '[1].username' })
    expect(await count('two-')).toBe(0)
  })

  it('writes nothing when a domain is not ours, and names the item', async () => {
    const body = [...people(2, 'foreign-'), ...people(1, 'foreign-', 'foreign.test')]
    expect(await problemOf(await post('/v1/subscribers', body), 422)).toMatchObject({ field: '[2].domain' })
    expect(await count('foreign-')).toBe(0)
  })

  it.each([
    [3, { username: 'a b' }, '[3].username'],
    [7, { password: '' }, '[7].password'],
    [0, { domain: 'no host' }, '[0].domain'],
    [9, { extra: 1 }, '[9].extra'],
  ])('refuses item %i with %j', async (index, wrong, field) => {
    const body = people(10, 'wrong-').map((item, at) => (at === index ? { ...item, ...wrong } : item))
    expect(await problemOf(await post('/v1/subscribers', body), 400)).toMatchObject({ field })
    expect(await count('wrong-')).toBe(0)
  })

  it('refuses an item that is no object', async () => {
    expect(await problemOf(await post('/v1/subscribers', [...people(1, 'x-'), 'y']), 400)).toMatchObject({
      field: '[1]',
    })
  })

  it('lists at most 20 errors', async () => {
    const body = people(MAX_BULK, 'many-').map((item) => ({ ...item, password: '' }))
    const { errors, field } = await problemOf(await post('/v1/subscribers', body), 400)
    expect(field).toBe('[0].password')
    expect(errors).toHaveLength(20)
  })

  it.each([[[]], [people(MAX_BULK + 1, 'over-')], ['text'], [7], [null]].map(([body]) => ({ body })))(
    'refuses other shapes',
    async ({ body }) => {
      const problem = await problemOf(await post('/v1/subscribers', JSON.stringify(body)), 400)
      expect(problem.detail).not.toBe('')
      expect(await count('over-')).toBe(0)
    },
  )

  it('creates each name once when two requests overlap', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => createSubscribers(db, people(50, 'race-'), 1)))
    expect(answers.reduce((sum, { created }) => sum + created, 0)).toBe(50)
    expect(answers.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(150)
    expect(await count('race-')).toBe(50)
  })
})
