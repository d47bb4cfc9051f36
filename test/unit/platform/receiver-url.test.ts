import { expect, it } from 'vitest'
import { faultOfReceiver } from '../../../src/platform/receiver-url'
import { signature } from '../../../src/platform/signature'

it.each([
  ['https://ops.example.com/alerts?from=sip', undefined],
  ['https://203.0.113.9:8443/', undefined],
  ['http://127.0.0.1:8080/alerts', undefined],
  ['http://localhost/', undefined],
  ['http://[::1]:80/', undefined],
  ['http://ops.example.com/', 'must begin with https://'],
  ['http://127.0.0.1.example.com/', 'must begin with https://'],
  ['http://localhost.example.com/', 'must begin with https://'],
  ['file:///etc/passwd', 'must begin with https://'],
  ['https://user@ops.example.com/', 'may not have a user or a password'],
  ['ops.example.com', 'is no URL'],
  ['', 'is no URL'],
])('G12 %s as a receiver of alerts: %s', (url, fault) => {
  expect(faultOfReceiver(url)).toBe(fault)
})

it('signs as RFC 4231 §4.3 does', () => {
  expect(signature('Jefe', 'what do ya want for nothing?')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})
