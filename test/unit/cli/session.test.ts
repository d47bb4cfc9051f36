import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allOf, answerIfThere, answerOf, clientOf } from '../../../src/cli/session'

let server: Server
let url: string
let asked: Array<{ readonly path: string | undefined; readonly authorization: string | undefined }>
let answer: (response: ServerResponse, path: string) => void

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push({ path: request.url, authorization: request.headers.authorization })
    answer(response, request.url ?? '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

const json = (status: number, body: object, type = 'application/problem+json') => {
  answer = (response) => response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
}
const readOne = () => answerOf(clientOf(url, 't').domains[':name'].$get({ param: { name: 'x' } }))

describe('what the API refuses', () => {
  it.each([
    [400, { detail: 'name: is wrong', field: 'name' }, 'name: is wrong (400)'],
    [409, { detail: 'It exists.', field: 'username' }, 'username: It exists. (409)'],
    [404, { detail: 'There is no subscriber x.', field: 'aor' }, 'There is no subscriber x. (404)'],
    [
      400,
      {
        detail: 'a: b',
        field: 'a',
        errors: [
          { field: 'a', detail: 'b' },
          { field: 'c', detail: 'd' },
        ],
      },
      'a: b; c: d (400)',
    ],
    [503, { detail: 'ADMIN_TOKEN is not set.' }, 'ADMIN_TOKEN is not set. (503)'],
    [500, {}, 'no reason given (500)'],
    [400, { detail: 'a\u001b[2J\nb' }, 'a\\u001b[2J\\u000ab (400)'],
  ])('is one line: %i %j', async (status, problem, line) => {
    json(status, problem)
    await expect(readOne()).rejects.toMatchObject({ message: line, status: 1, httpStatus: status })
  })

  it('may be that there is no such thing', async () => {
    json(404, { detail: 'There is no domain x.' })
    expect(await answerIfThere(clientOf(url).domains[':name'].$get({ param: { name: 'x' } }))).toBeUndefined()
    json(401, { detail: 'No.' })
    await expect(answerIfThere(clientOf(url).domains[':name'].$get({ param: { name: 'x' } }))).rejects.toThrow('No.')
  })
})

describe('a server that is none of ours', () => {
  it('is told when it answers with a page', async () => {
    answer = (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>')
    await expect(readOne()).rejects.toThrow(`${url} answered 200 with text/html: that is no Strowger.`)
  })

  it('does not get the token by a redirection', async () => {
    answer = (response) => response.writeHead(302, { Location: `${url}/elsewhere` }).end()
    await expect(readOne()).rejects.toThrow(`${url} answered 302: use ${url}/elsewhere.`)
    expect(asked).toEqual([{ path: '/v1/domains/x', authorization: 'Bearer t' }])
  })

  it('is told when nobody listens', async () => {
    server.close()
    await once(server, 'close')
    await expect(readOne()).rejects.toThrow(`${url} can't be reached (ECONNREFUSED).`)
  })
})

describe('a list', () => {
  it('is read to its end, page after page', async () => {
    answer = (response, path) => {
      const cursor = new URL(path, url).searchParams.get('cursor')
      const page =
        cursor === null
          ? { items: ['a'], nextCursor: 'n1' }
          : cursor === 'n1'
            ? { items: ['b'], nextCursor: 'n2' }
            : { items: ['c'] }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(page))
    }
    const all = await allOf<unknown>((query) => answerOf(clientOf(url).domains.$get({ query })))
    expect(all).toEqual(['a', 'b', 'c'])
    expect(asked.map(({ path }) => path)).toEqual([
      '/v1/domains?limit=1000',
      '/v1/domains?limit=1000&cursor=n1',
      '/v1/domains?limit=1000&cursor=n2',
    ])
  })
})
