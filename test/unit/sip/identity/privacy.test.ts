import { describe, expect, it } from 'vitest'
import {
  isAnonymous,
  objectToPrivacy,
  privacyOf,
  wants,
  withoutPrivacy,
  withUserPrivacy,
} from '../../../../src/sip/identity/privacy'
import { header, headerLines } from '../../../../src/sip/message/headers'
import { requestOf } from '../../support/messages'

const asking = (...privacy: string[]) => requestOf('INVITE', { lines: privacy.map((value) => `Privacy: ${value}`) })

describe('the privacy asked for', () => {
  it.each([
    [['id'], ['id']],
    [['ID ; Critical'], ['id', 'critical']],
    [
      ['user;id', 'header'],
      ['user', 'id', 'header'],
    ],
    [['id,user'], ['id', 'user']],
    [[''], []],
    [[';;'], []],
    [[], []],
  ])('RFC 3323 §4.2: %j is %j', (lines, expected) => {
    expect(privacyOf(asking(...lines))).toEqual(expected)
  })

  it('RFC 3323 §4.2: none outweighs all others', () => {
    expect(wants(asking('id;none'), 'id')).toBe(false)
    expect(wants(asking('id'), 'user', 'id')).toBe(true)
    expect(wants(asking('session'), 'user', 'id')).toBe(false)
  })
})

describe('RFC 3323 §5: critical', () => {
  it.each([
    ['id;critical', undefined],
    ['user;id;critical', undefined],
    ['history;critical', undefined],
    ['none;critical', undefined],
    ['header;session', undefined],
    ['session;critical', '500 Privacy Not Available - session'],
    ['header;user;critical', '500 Privacy Not Available - header'],
    ['"\u00e9";critical', '500 Privacy Not Available - ???'],
  ])('%s: %s', (privacy, expected) => {
    const objection = objectToPrivacy(asking(privacy))
    expect(objection && `${objection.status} ${objection.reason}`).toBe(expected)
  })
})

describe('RFC 3323 §5: a value that was served', () => {
  it.each([
    ['id', 'id', undefined],
    ['id;critical', 'id', undefined],
    ['id;session;critical', 'id', 'session;critical'],
    ['session', 'id', 'session'],
    ['none', 'none', 'none'],
    ['none;id', 'id', 'none;id'],
  ])('of %s: %s leaves %s', (before, served, after) => {
    expect(header(withoutPrivacy(asking(before), served), 'privacy')).toBe(after)
  })
})

describe('RFC 3323 §5.3: user', () => {
  it('takes out what says more of the caller than a call needs, and leaves a wish to those we trust', () => {
    const lines = [
      'Privacy: user;session',
      'Subject: x',
      'Organization: y',
      'User-Agent: z',
      'Reply-To: <sip:a@b>',
      'X-Kept: 1',
    ]
    const request = withUserPrivacy(requestOf('INVITE', { lines }))
    for (const gone of ['subject', 'organization', 'user-agent', 'reply-to'])
      expect(header(request, gone)).toBeUndefined()
    expect(headerLines(request, 'privacy')).toEqual(['session;id'])
    expect(header(request, 'x-kept')).toBe('1')
  })

  it.each([
    ['sip:anonymous@anonymous.invalid', true],
    ['sips:x@Anonymous.Invalid:5061', true],
    ['sip:anonymous@example.test', false],
    ['tel:+1', false],
    [undefined, false],
  ])('%s is nobody: %s', (uri, expected) => {
    expect(isAnonymous(uri)).toBe(expected)
  })
})
