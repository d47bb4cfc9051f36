import { describe, expect, it } from 'vitest'
import { bestResponse } from '../../../../src/sip/proxy/best-response'

const theirs = (status: number) => ({ status, text: `SIP/2.0 ${status} Theirs`, binary: false })

describe('RFC 3261 §16.7 step 6 the best response', () => {
  it.each([
    ['any 6xx', [404, 302, 603], 603],
    ['a 6xx before a challenge', [401, 600], 600],
    ['the lowest class', [503, 486, 404], 486],
    ['a redirection before a failure', [486, 302], 302],
    ['a challenge inside 4xx', [404, 407], 407],
    ['401', [486, 401], 401],
    ['415', [403, 415], 415],
    ['420', [403, 420], 420],
    ['484', [404, 484], 484],
    ['no 5xx while there is a 4xx', [500, 480], 480],
    ['the first of equals', [486, 404], 486],
  ])('is %s', (_, statuses, expected) => {
    expect(bestResponse(statuses.map(theirs))?.status).toBe(expected)
  })

  it('prefers the word of a phone to ours inside a class', () => {
    expect(bestResponse([{ status: 408 }, { status: 480 }, theirs(486)])?.status).toBe(486)
    expect(bestResponse([{ status: 480 }, theirs(480)])?.text).toBeDefined()
  })

  it('is ours when nobody said anything better', () => {
    expect(bestResponse([{ status: 480 }, theirs(500)])?.status).toBe(480)
  })

  it('is nothing without responses', () => {
    expect(bestResponse([])).toBeUndefined()
  })
})
