import { describe, expect, it } from 'vitest'
import { phone } from '../support/call'
import { Exchange } from '../support/exchange'
import { requestOf } from '../support/messages'

const contextOf = () => new Exchange().context(requestOf('INVITE', { from: '"Al" <sip:alice@example.test>;tag=1' }))

describe('setCaller', () => {
  it('N05 is stored with the relay, and leaves what was received', () => {
    const c = contextOf()
    c.setCaller({ uri: 'sip:reception@example.com', display: 'Reception' })
    expect(c.from?.aor).toBe('alice@example.test')
    expect(c.relay([[phone('b')]])).toMatchObject({
      replacement: {
        original: { uri: 'sip:alice@example.test', display: 'Al' },
        replaced: { uri: 'sip:reception@example.com', display: 'Reception' },
      },
    })
  })

  it.each([
    [{ uri: 'reception' }, 'not a URI'],
    [{ uri: 'sip:a@b>\r\nX: y' }, 'not a URI'],
    // A display name is none of a user.
    [{ uri: 'sip:Nick Blog Example@b' }, 'not a URI'],
    [{ uri: 'sip:a@b', display: 'a\nb' }, 'control character'],
    [{ uri: `sip:${'x'.repeat(300)}@b` }, 'are allowed'],
  ])('N03 W04 G13 refuses %j', (caller, why) => {
    expect(() => contextOf().setCaller(caller)).toThrow(why)
  })
})
