import { beforeAll, describe, expect, it } from 'vitest'
import { call, domain, post, problemOf } from './support'

const PATH = '/v1/subscribers/1001@example.test/features'
const put = (body: unknown, path = PATH) =>
  call(path, { method: 'PUT', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })

beforeAll(async () => {
  await domain('example.test')
  await post('/v1/subscribers', { username: '1001', domain: 'example.test', password: 'p' })
})

describe('/v1/subscribers/{aor}/features', () => {
  it('are none at first, and what was put', async () => {
    expect(await (await call(PATH)).json()).toEqual({})
    const wanted = {
      doNotDisturb: true,
      ringSeconds: 20,
      forward: { busy: '1002@EXAMPLE.test', noAnswer: 'vm@example.test' },
    }
    const stored = { ...wanted, forward: { ...wanted.forward, busy: '1002@example.test' } }
    expect(await (await put(wanted)).json()).toEqual(stored)
    expect(await (await call(PATH)).json()).toEqual(stored)
    expect(await (await put({})).json()).toEqual({})
    expect(await (await call(PATH)).json()).toEqual({})
  })

  it.each([
    [{ ringSeconds: 4 }, 'ringSeconds'],
    [{ ringSeconds: 181 }, 'ringSeconds'],
    [{ forward: { busy: 'nobody' } }, 'forward.busy'],
    [{ forward: { sometimes: '1002@example.test' } }, 'forward.sometimes'],
    [{ doNotDisturb: 'yes' }, 'doNotDisturb'],
  ])('%j is refused, naming the field', async (body, field) => {
    expect(await problemOf(await put(body), 400)).toMatchObject({ field })
  })

  it('of nobody are 404', async () => {
    await problemOf(await put({}, '/v1/subscribers/nobody@example.test/features'), 404)
    await problemOf(await call('/v1/subscribers/nobody@example.test/features'), 404)
  })
})
