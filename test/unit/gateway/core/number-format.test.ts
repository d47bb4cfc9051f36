import { describe, expect, it } from 'vitest'
import { formatAsserted, formatUri, formatUsers } from '../../../../src/gateway/core/number-format'
import type { NumberFormat } from '../../../../src/numbers/format'
import { appendHeader, setHeader } from '../../../../src/sip/message/edit'
import { headerLines } from '../../../../src/sip/message/headers'
import { requestOf } from '../../support/messages'

const URI = 'sip:+61299999999@main.set.invalid;user=phone'
const national: NumberFormat = { format: 'national', country: 'AU', prefix: '#31#' }
const isAccount = (uri: string) => uri === 'sip:61290000000@carrier.example'
const asked = (from: string, to: string) =>
  setHeader(setHeader({ ...requestOf('INVITE'), uri: URI }, 'From', `<${from}>;tag=1`), 'To', `<${to}>`)

describe('H10 what a carrier is asked', () => {
  it.each([
    [{ format: 'e164' }, URI],
    [{ format: 'e164', prefix: '9999' }, 'sip:9999+61299999999@main.set.invalid'],
    [{ format: 'e164-without-plus' }, 'sip:61299999999@main.set.invalid'],
    [national, 'sip:%2331%230299999999@main.set.invalid'],
  ] as const)('with %j the Request-URI is %s', (numbers, uri) => expect(formatUri(URI, numbers)).toBe(uri))

  it.each(['sip:112@rescue.set.invalid;user=phone', 'sip:voicemail@farm.set.invalid', 'sip:1001@main.set.invalid'])(
    'J07 %s stays: it is no number that has a format',
    (uri) => expect(formatUri(uri, national)).toBe(uri),
  )

  it('To is the number that is called, From the number of the caller', () => {
    expect(
      formatUsers(asked('sip:61299990000@example.com', 'sip:0299999999@example.com'), national, isAccount),
    ).toEqual({
      from: { sent: '61299990000', shown: '0299990000' },
      to: { sent: '0299999999', shown: '%2331%230299999999' },
    })
  })

  it('To that names somebody else, as in a call that was forwarded, stays; so does a caller without a number', () => {
    expect(formatUsers(asked('sip:alice@example.com', 'sip:bob@example.com'), national, isAccount)).toBeUndefined()
  })

  it('H14 the account with the carrier stays as the carrier gave it', () => {
    const request = asked('sip:61290000000@carrier.example', 'sip:bob@example.com')
    expect(formatUsers(request, national, isAccount)).toBeUndefined()
  })

  it('P-Asserted-Identity is in the same format', () => {
    const request = appendHeader(requestOf('INVITE'), 'P-Asserted-Identity', '"A" <sip:61299990000@example.com>')
    expect(headerLines(formatAsserted(request, national, isAccount), 'p-asserted-identity')).toEqual([
      '"A" <sip:0299990000@example.com>',
    ])
    const alice = appendHeader(requestOf('INVITE'), 'P-Asserted-Identity', '<sip:alice@example.com>')
    expect(formatAsserted(alice, national, isAccount)).toBe(alice)
  })
})
