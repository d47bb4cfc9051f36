import { describe, expect, it } from 'vitest'
import { parseCSeq } from '../../../../src/sip/message/c-seq'
import { MAX_C_SEQ } from '../../../../src/sip/message/limits'

describe('CSeq (RFC 3261 §20.16)', () => {
  it.each([
    ['4711 INVITE', { number: 4711, method: 'INVITE' }],
    ['0009  \tINVITE', { number: 9, method: 'INVITE' }],
    ['0 invite', { number: 0, method: 'invite' }],
    [`${MAX_C_SEQ} BYE`, { number: 2_147_483_647, method: 'BYE' }],
  ])('reads %j', (text, cSeq) => {
    expect(parseCSeq(text)).toEqual(cSeq)
  })

  it.each([
    undefined,
    '',
    'INVITE',
    '1',
    '1INVITE',
    '-1 INVITE',
    '1 IN VITE',
    '1 INV(TE',
    '1.5 INVITE',
    `${MAX_C_SEQ + 1} BYE`,
    '36893488147419103232 REGISTER',
    '9292394834772304023312 OPTIONS',
  ])('refuses %j', (text) => {
    expect(parseCSeq(text)).toBeUndefined()
  })
})
