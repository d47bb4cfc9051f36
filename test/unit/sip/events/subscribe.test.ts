import { describe, expect, it } from 'vitest'
import { eventPackage, objectToSubscribe, readSubscribe } from '../../../../src/sip/events/subscribe'
import { requestOf } from '../../support/messages'

const CONTACT = 'Contact: <sip:a@192.0.2.8;transport=ws>'
const subscribe = (...lines: string[]) => requestOf('SUBSCRIBE', { lines })

describe('RFC 6665 §4.2.1.1 SUBSCRIBE', () => {
  it.each([
    ['Event: dialog', 'dialog'],
    ['o: Dialog;id=7', 'dialog'],
    ['Event: presence', 'presence'],
    ['Event: dialog.winfo', 'dialog.winfo'],
  ])('%s is the package %s', (line, name) => {
    expect(eventPackage(subscribe(line))).toBe(name)
  })

  it.each<[string, string[], number | undefined, string?]>([
    ['nothing more than it needs', ['Event: dialog', CONTACT], undefined],
    ['an hour', ['Event: dialog', CONTACT, 'Expires: 3600'], undefined],
    ['the end', ['Event: dialog', CONTACT, 'Expires: 0'], undefined],
    ['any document', ['Event: dialog', CONTACT, 'Accept: */*'], undefined],
    [
      'several, of which we have one',
      ['Event: dialog', CONTACT, 'Accept: a/b, Application/Dialog-Info+XML;q=0.5'],
      undefined,
    ],
    ['no event', [CONTACT], 489, 'Allow-Events: dialog'],
    ['another package', ['Event: presence', CONTACT], 489, 'Allow-Events: dialog'],
    [
      'other documents',
      ['Event: dialog', CONTACT, 'Accept: application/pidf+xml'],
      406,
      'Accept: application/dialog-info+xml',
    ],
    ['too short', ['Event: dialog', CONTACT, 'Expires: 59'], 423, 'Min-Expires: 60'],
    ['no number', ['Event: dialog', CONTACT, 'Expires: -1'], 400],
    ['no Contact', ['Event: dialog'], 400],
    ['two Contacts', ['Event: dialog', CONTACT, CONTACT], 400],
    ['a Contact that is none', ['Event: dialog', 'Contact: <tel:1>'], 400],
    ['what nobody knows', ['Event: dialog', CONTACT, 'Require: eventlist'], 420, 'Unsupported: eventlist'],
  ])('M12 that wants %s', (_, lines, status, field) => {
    const objection = objectToSubscribe(subscribe(...lines))
    expect(objection?.status).toBe(status)
    const [name, value] = objection?.headers?.[0] ?? []
    expect(name === undefined ? undefined : `${name}: ${value}`).toBe(field)
  })

  it('M12 is granted an hour at most, and when it says nothing', () => {
    const seconds = (...lines: string[]) => readSubscribe(subscribe('Event: dialog', CONTACT, ...lines)).expiresSeconds
    expect([seconds(), seconds('Expires: 86400'), seconds('Expires: 600'), seconds('Expires: 0')]).toEqual([
      3_600, 3_600, 600, 0,
    ])
  })

  it('RFC 3261 §12.1.1: its Record-Route is our route set, in order', () => {
    const request = subscribe(
      'Event: dialog;id=7',
      CONTACT,
      'Record-Route: <sip:a;lr>, <sip:b;lr>',
      'Record-Route: <sip:c;lr>',
    )
    expect(readSubscribe(request)).toMatchObject({
      routes: ['<sip:a;lr>', '<sip:b;lr>', '<sip:c;lr>'],
      contact: 'sip:a@192.0.2.8;transport=ws',
      eventId: '7',
      fromTag: 'from1',
    })
  })
})
