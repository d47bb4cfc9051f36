import { describe, expect, it } from 'vitest'
import type { Message } from '../../../../src/sip/message/message'
import { parse } from '../../../../src/sip/message/parse'
import { serialize } from '../../../../src/sip/message/serialize'
import { calleeDialog, callerDialog, dialogRequest, raised } from '../../../../src/sip/uac/dialog'

function read<K extends Message['kind']>(kind: K, start: string, ...lines: readonly string[]) {
  const parsed = parse([start, ...lines, 'Content-Length: 0', '', ''].join('\r\n'))
  if (!parsed.ok || parsed.message.kind !== kind) throw new Error('not readable')
  return parsed.message as Extract<Message, { kind: K }>
}

const common = ['From: "A" <sip:a@a.test>;tag=1', 'Call-ID: call', 'CSeq: 7 INVITE']
const routes = ['Record-Route: <sip:p2.test;lr>, <sip:p1.test;lr>', 'Record-Route: <sip:p0.test;lr>']

describe('RFC 3261 §12.1.2: the dialog of a caller', () => {
  const answer = read(
    'response',
    'SIP/2.0 200 OK',
    ...common,
    'To: <sip:b@b.test>;tag=2',
    ...routes,
    'Contact: <sip:b@10.0.0.2>',
  )

  it('has the routes in reverse, the Contact as target, and goes on with the number of the INVITE', () => {
    const dialog = callerDialog(answer)
    expect(dialog).toEqual({
      callId: 'call',
      local: '"A" <sip:a@a.test>;tag=1',
      remote: '<sip:b@b.test>;tag=2',
      target: 'sip:b@10.0.0.2',
      routes: ['<sip:p0.test;lr>', '<sip:p1.test;lr>', '<sip:p2.test;lr>'],
      cSeq: 7,
    })
    expect(JSON.parse(JSON.stringify(dialog))).toEqual(dialog)
  })

  it('makes an ACK with the number of the INVITE, and a BYE with the next', () => {
    const dialog = callerDialog(answer)
    if (!dialog) throw new Error('no dialog')
    const head = (method: string, cSeq: number) =>
      `${method} sip:b@10.0.0.2 SIP/2.0\r\nMax-Forwards: 70\r\nFrom: "A" <sip:a@a.test>;tag=1\r\nTo: <sip:b@b.test>;tag=2\r\nCall-ID: call\r\nCSeq: ${cSeq} ${method}\r\nRoute: <sip:p0.test;lr>\r\nRoute: <sip:p1.test;lr>\r\nRoute: <sip:p2.test;lr>\r\n`
    expect(serialize(dialogRequest(dialog, 'ACK'))).toBe(`${head('ACK', 7)}Content-Length: 0\r\n\r\n`)
    const info = dialogRequest(raised(dialog), 'INFO', { headers: [['Content-Type', 'text/plain']], body: 'x' })
    expect(serialize(info)).toBe(`${head('INFO', 8)}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx`)
  })

  it('is none without a Contact', () => {
    expect(callerDialog(read('response', 'SIP/2.0 200 OK', ...common, 'To: <sip:b@b.test>;tag=2'))).toBeUndefined()
  })
})

describe('RFC 3261 §12.1.1: the dialog of a callee', () => {
  it('has the routes as they came, and its own tag', () => {
    const invite = read(
      'request',
      'INVITE sip:b@10.0.0.2 SIP/2.0',
      ...common,
      'To: <sip:b@b.test>',
      ...routes,
      'Contact: <sip:a@10.0.0.1>',
    )
    const dialog = calleeDialog(invite, '2')
    expect(dialog).toEqual({
      callId: 'call',
      local: '<sip:b@b.test>;tag=2',
      remote: '"A" <sip:a@a.test>;tag=1',
      target: 'sip:a@10.0.0.1',
      routes: ['<sip:p2.test;lr>', '<sip:p1.test;lr>', '<sip:p0.test;lr>'],
      cSeq: 0,
    })
    expect(dialog && serialize(dialogRequest(raised(dialog), 'BYE'))).toContain(
      'CSeq: 1 BYE\r\nRoute: <sip:p2.test;lr>',
    )
  })

  it('is none without a Contact', () => {
    expect(
      calleeDialog(read('request', 'INVITE sip:b@b.test SIP/2.0', ...common, 'To: <sip:b@b.test>'), '2'),
    ).toBeUndefined()
  })
})
