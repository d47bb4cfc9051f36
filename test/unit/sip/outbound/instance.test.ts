import { expect, test } from 'vitest'
import { instanceOf } from '../../../../src/sip/outbound/instance'

test('RFC 5626 §4.1: an instance says that a phone is the same one', () => {
  expect(instanceOf({ key: 'i:<urn:uuid:1>;1', instance: '<urn:uuid:1>' })).toBe('<urn:uuid:1>')
})

test('P14 without one the random user of a browser phone does', () => {
  expect(instanceOf({ key: 'u:8f3kq1' })).toBe('u:8f3kq1')
})

test('a fixed contact says nothing: two phones may have the same', () => {
  expect(instanceOf({ key: 'c:sip:bob@192.0.2.9' })).toBeUndefined()
})
