import { expect, it } from 'vitest'
import { replaceCaller, towardCallee, towardCaller } from '../../../../src/sip/identity/caller'
import { header } from '../../../../src/sip/message/headers'
import { makeResponse } from '../../../../src/sip/message/respond'
import { options, readRequest } from '../message/reading'

const replaced = { uri: 'sip:+49@carrier.example', display: 'Main desk' }
const request = readRequest(options())
const done = replaceCaller(request, replaced)
if (!done) throw new Error('From was not read')
const replacement = JSON.parse(JSON.stringify(done.replacement))
const SEEN = '"Main desk" <sip:+49@carrier.example>;tag=asdyka899'
const SENT = '"Alice" <sip:alice@atlanta.example>;tag=asdyka899'

it('N02 the callee sees the replaced caller, the response names the caller as sent', () => {
  expect(header(done.request, 'from')).toBe(SEEN)
  const response = makeResponse(done.request, 200, { toTag: 'b' })
  expect(header(towardCaller(response, replacement, 'caller'), 'from')).toBe(SENT)
})

it('N02 a request of the caller in the dialog is replaced again', () => {
  expect(header(towardCallee(request, replacement, 'caller'), 'from')).toBe(SEEN)
})

it('N02 a request of the callee in the dialog finds the caller as sent, its response is replaced again', () => {
  const lines = options()
    .replace(/^From:/m, 'X:')
    .replace(/^To:/m, 'From:')
    .replace(/^X:.*$/m, `To: ${SEEN}`)
  const restored = towardCaller(readRequest(lines), replacement, 'callee')
  expect(header(restored, 'to')).toBe(SENT)
  expect(header(towardCallee(makeResponse(restored, 200, { toTag: 'x' }), replacement, 'callee'), 'to')).toBe(SEEN)
})

it('N02 a name beyond ASCII in a binary message is read as text and written as bytes', () => {
  const bytes = 'From: "ZoÃ«" <sip:alice@atlanta.example>'
  const binary = readRequest(options().replace('From: Alice <sip:alice@atlanta.example>', bytes), true)
  const original = replaceCaller(binary, replaced)?.replacement.original
  expect(original?.display).toBe('Zoë')
  if (!original) return
  expect(header(towardCaller(binary, { original, replaced }, 'caller'), 'from')).toContain('"ZoÃ«"')
})
