import { describe, expect, it } from 'vitest'
import { header, headerLines } from '../../../../src/sip/message/headers'
import { registeredResponse } from '../../../../src/sip/registrar/response'
import { START_MS } from '../../support/call'
import { JSSIP_CONTACT } from '../../support/flow'
import { jssipRegister, registerOf } from '../../support/registrations'

const respond = (contacts: Parameters<typeof registeredResponse>[1], outbound = false, request = jssipRegister()) =>
  registeredResponse(request, contacts, { toTag: 'reg', nowMs: START_MS, outbound })
const contact = (text: string, remainingMs: number, grantedSeconds: number) => ({
  contact: text,
  expiresAtMs: START_MS + remainingMs,
  grantedSeconds,
})

describe('B01 the 200 of a REGISTER', () => {
  it('P6 P7 lists every binding as it was written, each with its expires', () => {
    const response = respond([contact(JSSIP_CONTACT, 90_000, 90), contact('"B" <sip:X@Y>;q=0.5', 30_000, 3_600)])
    expect(headerLines(response, 'contact')).toEqual([`${JSSIP_CONTACT};expires=90`, '"B" <sip:X@Y>;q=0.5;expires=30'])
  })

  it.each([
    ['the time that is left, rounded up', 29_001, 90, 30],
    ['never above what was granted', 90_001, 90, 90],
    ['what is granted each time, when its flow refreshed it since', -5_000, 90, 90],
  ])('P6 expires is %s', (_, remainingMs, grantedSeconds, expected) => {
    const [line] = headerLines(respond([contact('<sip:x@y>', remainingMs, grantedSeconds)]), 'contact')
    expect(line).toBe(`<sip:x@y>;expires=${expected}`)
  })

  it('P7 leaves out a binding whose socket has closed when its time has run out', () => {
    const detached = { ...contact('<sip:x@y>', 1_000, 90), detached: true as const }
    expect(headerLines(respond([detached]), 'contact')).toEqual(['<sip:x@y>;expires=1'])
    expect(headerLines(respond([{ ...detached, expiresAtMs: START_MS }]), 'contact')).toEqual([])
  })

  it('P14 says Require: outbound only when it was used', () => {
    expect(header(respond([], true), 'require')).toBe('outbound')
    expect(header(respond([], false), 'require')).toBeUndefined()
  })

  it('P04 copies the Path', () => {
    const request = registerOf(['Path: <sip:p1;lr>,<sip:p2;lr>', 'Path: <sip:p3;lr>'])
    expect(headerLines(respond([], false, request), 'path')).toEqual(['<sip:p1;lr>,<sip:p2;lr>', '<sip:p3;lr>'])
  })

  it('P16 has one Via, a To tag, Date and Content-Length', () => {
    const response = respond([])
    expect(headerLines(response, 'via')).toHaveLength(1)
    expect(header(response, 'to')).toBe('<sip:bob@example.test>;tag=reg')
    expect(header(response, 'date')).toBe('Thu, 01 Jan 1970 00:16:40 GMT')
    expect(header(response, 'content-length')).toBe('0')
  })

  it('P07 supports what it can do', () => {
    expect(header(respond([]), 'supported')).toBe('path, outbound')
  })
})
