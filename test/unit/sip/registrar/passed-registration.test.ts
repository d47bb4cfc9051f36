import { describe, expect, it } from 'vitest'
import { headerLine } from '../../../../src/sip/message/edit'
import { makeResponse } from '../../../../src/sip/message/respond'
import { passedRegistration } from '../../../../src/sip/registrar/passed-registration'
import { registerOf } from '../../support/registrations'

const [DESK, OTHER] = ['<sip:desk@10.0.0.5:5060>', '<sip:other@10.0.0.6:5060>']
const learnt = (asked: readonly string[], bound: readonly string[], status = 200) => {
  const request = registerOf(asked.map((contact) => `Contact: ${contact}`))
  const response = makeResponse(request, status, { toTag: 't' })
  const lines = bound.map((contact) => headerLine('Contact', contact))
  return passedRegistration(request, { ...response, headers: [...response.headers, ...lines] })
}
const aor = 'bob@example.test'

describe('O15 what a REGISTER that passes tells of its phone', () => {
  it('its own Contact and how long it holds, whatever other phones have', () => {
    expect(learnt([`${DESK};expires=60`], [`${OTHER};expires=3600`, `${DESK};expires=120`])).toEqual({
      aor,
      contact: { uri: 'sip:desk@10.0.0.5:5060', expiresSeconds: 120 },
    })
  })

  it.each([
    ['with Expires 0, beside a phone that stays', [`${DESK};expires=0`], [`${OTHER};expires=3600`]],
    ['with an asterisk', ['*'], []],
  ])('that it has unregistered %s', (_, asked, bound) => {
    expect(learnt(asked, bound)).toEqual({ aor })
  })

  it('nothing when it only asked, or was refused', () => {
    expect(learnt([], [`${DESK};expires=120`])).toBeUndefined()
    expect(learnt([DESK], [`${DESK};expires=120`], 401)).toBeUndefined()
  })
})
