import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowAddress, splitFlowAddress } from '../../../../src/sip/outbound/flow-address'
import {
  type BranchToken,
  flowPeer,
  formatBranchToken,
  formatDialogToken,
  formatNotifierToken,
  instancePeer,
  loopDigestOf,
  parseBranchToken,
  parseDialogToken,
  parseNotifierToken,
} from '../../../../src/sip/outbound/tokens'
import { foreignMac, mac } from '../../support/mac'

const dialog = { transaction: 'OA.ta~1_x', caller: 'OA.ta', callee: 'OB.tb' }
const user = formatDialogToken(dialog, mac)
const peer = flowPeer('OB.tb')
const ofTransaction: BranchToken = { kind: 'transaction', transaction: 'OA.ta~1_x', branch: 12, loop: 'abcDEF_-' }
const ofNotification: BranchToken = { kind: 'notification', aor: 'bob@example.test', subscription: 's_-1', cSeq: 7 }
const ofForward: BranchToken = { kind: 'forwarded', flow: 'OA.ta', digest: 'dig' }

/** Every text that differs from `text` in one character, some cut or longer ones, and other case. */
const tampered = (text: string) => [
  ...[...text].map((c, i) => `${text.slice(0, i)}${c === 'A' ? 'B' : 'A'}${text.slice(i + 1)}`),
  ...[...text].map((c, i) => `${text.slice(0, i)}${/[a-z]/.test(c) ? c.toUpperCase() : `${c}x`}${text.slice(i + 1)}`),
  ...[...text].map((_, i) => text.slice(0, i)),
  `${text}A`,
  `${text}.`,
]

describe('the token in our Record-Route', () => {
  it('round-trips and needs no escapes in a user part', () => {
    expect(parseDialogToken(user, mac)).toEqual(dialog)
    expect(user).toMatch(/^[A-Za-z0-9._~-]+$/)
  })

  it('RFC 5626 §5.2: tampering with any character is detected', () => {
    for (const text of tampered(user)) {
      const found = parseDialogToken(text, mac)
      expect(found === 'forged' || found === undefined, text).toBe(true)
    }
  })

  it('of another deployment is forged', () => {
    expect(parseDialogToken(formatDialogToken(dialog, foreignMac), mac)).toBe('forged')
  })

  it('parts that change places are forged', () => {
    const [, t, a, b, c, d, seal] = user.split('.')
    expect(parseDialogToken(`d.${t}.${c}.${d}.${a}.${b}.${seal}`, mac)).toBe('forged')
  })

  it.each(['alice', '', 'd', 'a.b.c.d.e.f.g', '1.2.3.4.5.6.7', 'john.doe'])('a user part like "%s" is none', (text) => {
    expect(parseDialogToken(text, mac)).toBeUndefined()
  })
})

describe.each([
  ['of a transaction', ofTransaction],
  ['of a forwarded request', ofForward],
  ['of a NOTIFY', ofNotification],
])('a branch %s', (_, token) => {
  const branch = formatBranchToken(token, peer, mac)

  it('round-trips, is a token and has the magic cookie', () => {
    expect(parseBranchToken(branch, [peer], mac)).toEqual(token)
    expect(branch).toMatch(/^z9hG4bK[A-Za-z0-9._~-]+$/)
  })

  it('tampering with any character is detected', () => {
    for (const text of tampered(branch)) expect(parseBranchToken(text, [peer], mac), text).toBeUndefined()
  })

  it('counts from the peer it was sent to, be it one of several, and from no other', () => {
    expect(parseBranchToken(branch, [flowPeer('OC.tc'), peer], mac)).toEqual(token)
    expect(parseBranchToken(branch, [flowPeer('OC.tc'), instancePeer('bob@example.test', 'x')], mac)).toBeUndefined()
    expect(parseBranchToken(branch, [], mac)).toBeUndefined()
  })

  it('of another deployment counts for nothing', () => {
    expect(parseBranchToken(formatBranchToken(token, peer, foreignMac), [peer], mac)).toBeUndefined()
  })
})

describe('our Contact in a subscription', () => {
  const token = formatNotifierToken('bj\u00f6rn "b" <x>@example.test', mac)

  it('M12 names the watched address, and needs no escapes in a user part', () => {
    expect(parseNotifierToken(token, mac)).toBe('bj\u00f6rn "b" <x>@example.test')
    expect(token).toMatch(/^[A-Za-z0-9._~-]+$/)
  })

  it('M12 that anybody else has written, or for another dialog, is a name like others', () => {
    expect(parseNotifierToken(formatNotifierToken('bob@example.test', foreignMac), mac)).toBeUndefined()
    for (const text of tampered(token)) expect(parseNotifierToken(text, mac), text).toBeUndefined()
    for (const name of ['s', 's.bob', 's.626f.x', 'alice', '']) expect(parseNotifierToken(name, mac)).toBeUndefined()
  })
})

it('a seal of one kind is no seal of another', () => {
  const seal = user.slice(user.lastIndexOf('.') + 1)
  const text = user.slice(0, user.lastIndexOf('.'))
  expect(parseBranchToken(`z9hG4bK${text}.${seal}`, [peer], mac)).toBeUndefined()
})

it('the loop digest is read from branches of transactions only', () => {
  expect(loopDigestOf(formatBranchToken(ofTransaction, peer, mac))).toBe('abcDEF_-')
  expect(loopDigestOf(formatBranchToken(ofForward, peer, mac))).toBeUndefined()
  expect(loopDigestOf('z9hG4bK7765443')).toBeUndefined()
  expect(loopDigestOf('')).toBeUndefined()
})

it('no text makes the readers throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const found = parseDialogToken(text, mac)
      expect(found === undefined || found === 'forged').toBe(true)
      expect(parseBranchToken(`z9hG4bK${text}`, [peer], mac)).toBeUndefined()
    }),
    { seed: 5626, numRuns: 300 },
  )
})

it('a flow address is its object and the tag of the socket', () => {
  expect(splitFlowAddress(flowAddress({ object: 'abc_-1', tag: 't9' }))).toEqual({ object: 'abc_-1', tag: 't9' })
})
