import { describe, expect, it } from 'vitest'
import { dialogInfo } from '../../../../src/sip/events/dialog-info'

describe('RFC 4235 dialog-info', () => {
  it('M12 is full state, with version and entity, without dialogs', () => {
    expect(dialogInfo('bob@example.test', 0, [])).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:bob@example.test">',
        '</dialog-info>',
        '',
      ].join('\r\n'),
    )
  })

  it('M12 has an element for each dialog, with direction and state', () => {
    const text = dialogInfo('bob@example.test', 7, [
      { id: 'a', direction: 'initiator', state: 'confirmed' },
      { id: 'b', direction: 'recipient', state: 'early' },
    ])
    expect(text).toContain('version="7"')
    expect(text.replace(/\s+/g, ' ')).toContain(
      '<dialog id="a" direction="initiator"> <state>confirmed</state> </dialog> ' +
        '<dialog id="b" direction="recipient"> <state>early</state> </dialog>',
    )
  })

  it('is well-formed whatever the address is called', () => {
    expect(dialogInfo(`o'hara & "<sons>"@example.test`, 0, [])).toContain(
      'entity="sip:o&apos;hara%20&amp;%20%22%3Csons%3E%22@example.test"',
    )
  })
})
