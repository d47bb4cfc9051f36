import { describe, expect, it } from 'vitest'
import { asShown, asWritten, withUser, withUserIn } from '../../../../src/sip/identity/hop-users'
import { setHeader } from '../../../../src/sip/message/edit'
import { header } from '../../../../src/sip/message/headers'
import { requestOf } from '../../support/messages'

const sent = setHeader(
  setHeader(requestOf('INVITE'), 'From', '"Al <1> \\" ice" <sip:61299990000@example.com:5070;x=1>;tag=a1'),
  'To',
  'sip:0299999999@example.com;tag=b2',
)
const users = {
  from: { sent: '61299990000', shown: '0299990000' },
  to: { sent: '0299999999', shown: '%2331%230299999999' },
}

describe('H10 numbers in another format on one hop', () => {
  it('change the users of From and To and nothing else', () => {
    const shown = asShown(sent, users)
    expect(header(shown, 'from')).toBe('"Al <1> \\" ice" <sip:0299990000@example.com:5070;x=1>;tag=a1')
    expect(header(shown, 'to')).toBe('sip:%2331%230299999999@example.com;tag=b2')
    expect(asShown(sent, undefined)).toBe(sent)
  })

  it('what comes back is as the sender wrote it', () => {
    expect(asWritten(asShown(sent, users), users)).toEqual(sent)
    expect(header(asWritten(asShown(sent, { to: users.to }), { to: users.to }), 'from')).toBe(header(sent, 'from'))
  })

  it.each([
    ['sip:1@h', 'sip:2@h'],
    ['sips:1:secret@h:5061;lr', 'sips:2:secret@h:5061;lr'],
    ['sip:h', 'sip:h'],
    ['sip:h:5060', 'sip:h:5060'],
    ['tel:+61299999999', 'tel:+61299999999'],
  ])('%s becomes %s', (uri, expected) => expect(withUser(uri, '2')).toBe(expected))

  it('a value that can not be read stays', () => expect(withUserIn('<nonsense', '2')).toBe('<nonsense'))
})
