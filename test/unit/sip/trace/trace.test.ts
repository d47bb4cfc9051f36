import { describe, expect, it } from 'vitest'
import type { DialogRecord } from '../../../../src/sip/proxy/dialog-record'
import { arrowsOf } from '../../../../src/sip/trace/arrows'
import {
  fromLines,
  MAX_ENTRY_LENGTH,
  type TraceEntry,
  toLines,
  traceEntry,
  withoutSecrets,
} from '../../../../src/sip/trace/entry'
import { findingsOf } from '../../../../src/sip/trace/findings'
import { ladderText } from '../../../../src/sip/trace/ladder'
import { isLull } from '../../../../src/sip/trace/lull'
import { pcapOf } from '../../../../src/sip/trace/pcap'
import { bodyOf, summaryOf } from '../../../../src/sip/trace/summary'

const sdp = (codec: string, ptime: number) =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 't=0 0', `m=audio 4000 RTP/AVP ${codec}`, `a=ptime:${ptime}`, ''].join(
    '\r\n',
  )

function request(method: string, { toTag = '', body = '', headers = [] as readonly string[] } = {}): string {
  return [
    `${method} sip:bob@example.test SIP/2.0`,
    'From: <sip:alice@example.test>;tag=a',
    `To: <sip:bob@example.test>${toTag && `;tag=${toTag}`}`,
    'Call-ID: c',
    `CSeq: 1 ${method}`,
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    '',
    body,
  ].join('\r\n')
}

function response(title: string, method = 'INVITE', { body = '', headers = [] as readonly string[] } = {}): string {
  return request(method, { toTag: 'b', body, headers }).replace(/^.*\r\n/, `SIP/2.0 ${title}\r\n`)
}

let clock = Date.UTC(2026, 10, 28, 20, 0, 0)
function entry(
  peer: TraceEntry['peer'],
  way: TraceEntry['way'],
  text: string,
  more: Partial<TraceEntry> = {},
): TraceEntry {
  clock += 7
  return { at: clock, peer, way, text, ...more }
}

const record: DialogRecord = {
  callId: 'c',
  from: 'sip:alice@example.test',
  to: 'sip:bob@example.test',
  requestUri: 'sip:bob@example.test',
  fromTag: 'a',
  caller: 'alice@example.test',
  setupAtMs: clock,
}

/** An answered call: the caller offers PCMU, the callee says PCMA with another packet time. */
function answered(withAck: boolean): TraceEntry[] {
  const ack = withAck ? [entry('caller', 'in', request('ACK', { toTag: 'b' }), { through: true })] : []
  return [
    entry('caller', 'in', request('INVITE', { body: sdp('0', 20) })),
    entry(0, 'out', request('INVITE', { body: sdp('0', 20) }), { who: 'bob@example.test' }),
    entry(0, 'in', response('200 OK', 'INVITE', { body: sdp('8', 40) })),
    entry('caller', 'out', response('200 OK', 'INVITE', { body: sdp('8', 40) })),
    ...ack,
    entry('caller', 'in', request('BYE', { toTag: 'b' }), { through: true }),
  ]
}

describe('what is kept of a message', () => {
  it('S04 has no digest, no media key and no key that somebody pressed', () => {
    const text = request('INVITE', {
      headers: ['Authorization: Digest username="alice", response="0123456789abcdef"'],
      body: 'v=0\r\na=ice-pwd:secret-password\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n',
    })
    const shown = withoutSecrets(text)
    for (const secret of ['0123456789abcdef', 'secret-password', 'c2VjcmV0']) expect(shown).not.toContain(secret)
    expect(shown).toContain('username="alice"')
    const relay = request('INFO', { headers: ['Content-Type: application/dtmf-relay'] })
    expect(withoutSecrets(`${relay}Signal= 5\r\nDuration=100\r\n`)).toContain('Signal= *\r\nDuration=100')
    const digit = request('INFO', { headers: ['Content-Type: application/dtmf'] })
    expect(withoutSecrets(`${digit}5`).endsWith('\r\n\r\n*')).toBe(true)
    expect(withoutSecrets(`${request('MESSAGE')}Signal=5`)).toContain('Signal=5')
  })

  it('is cut, and each message is there once though it was told twice, in the order of time', () => {
    expect(traceEntry(entry(0, 'in', 'x'.repeat(MAX_ENTRY_LENGTH + 1)), '').text).toHaveLength(MAX_ENTRY_LENGTH)
    const [first, second] = [entry('caller', 'in', 'a\r\nb'), entry(0, 'out', 'c')]
    expect(fromLines(toLines([second]) + toLines([first, second]))).toEqual([first, second])
    expect(fromLines('')).toEqual([])
  })

  it('a body that passes as it came is kept once', () => {
    const [body, other] = [sdp('0', 20), sdp('8', 20)]
    const entries = [body, '', body, other, body].map((b, i) => entry(i, 'in', request('INVITE', { body: b })))
    let last = ''
    const kept = entries.map((each) => {
      const one = traceEntry(each, last)
      last = one.sameBody ? last : bodyOf(one.text) || last
      return one
    })
    expect(kept.map(({ sameBody }) => sameBody ?? false)).toEqual([false, false, true, false, false])
    expect(fromLines(toLines(kept))).toEqual(entries)
  })
})

describe('a message at a glance', () => {
  it('reads requests and responses, compact and folded headers, and what is cut', () => {
    expect(summaryOf(request('INVITE', { body: sdp('0', 20) }))).toEqual({
      title: 'INVITE',
      method: 'INVITE',
      hasDescription: true,
    })
    expect(summaryOf(response('180 Ringing'))).toMatchObject({
      title: '180 Ringing',
      method: 'INVITE',
      status: 180,
      toTag: 'b',
    })
    expect(summaryOf('SIP/2.0 200\r\nt: <sip:b@x;tag=no>\r\n ;tag=yes\r\nCSeq:  7   BYE\r\n\r\n')).toMatchObject({
      title: '200',
      method: 'BYE',
      toTag: 'yes',
    })
    expect(summaryOf('INVITE sip:b@x SIP/2.0\r\nCall-')).toEqual({
      title: 'INVITE',
      method: 'INVITE',
      hasDescription: false,
    })
  })

  it('a header of the body is none of the message', () => {
    expect(summaryOf(`${response('200 OK', 'INFO')}CSeq: 9 BYE`)).toMatchObject({ method: 'INFO' })
  })
})

describe('when a call falls silent', () => {
  const cases: ReadonlyArray<readonly [string, string, boolean]> = [
    ['it rings', response('180 Ringing'), false],
    ['the answer, whose ACK follows', response('200 OK'), false],
    ['the ACK', request('ACK', { toTag: 'b' }), true],
    ['the answer to a BYE', response('200 OK', 'BYE'), true],
    ['the answer to a CANCEL, whose 487 follows', response('200 OK', 'CANCEL'), false],
    ['the answer to a PRACK', response('200 OK', 'PRACK'), false],
    ['a request that is no ACK', request('INFO', { toTag: 'b' }), false],
  ]
  it.each(cases)('%s', (_, text, expected) => {
    expect(isLull(text)).toBe(expected)
  })
})

describe('the ladder of a call', () => {
  it('T12 as text: a column for each, long arrows for what goes along the dialog', () => {
    const text = ladderText(answered(true), 'alice@example.test').replace(/^\d\d:\d\d:\d\d\.\d{3}/gm, 'HH:MM:SS.mmm')
    expect(text.split('\n')).toEqual([
      '              alice@example.test            Strowger                      bob@example.test',
      'HH:MM:SS.mmm  |------- INVITE (SDP) ------->|                             |',
      'HH:MM:SS.mmm  |                             |------- INVITE (SDP) ------->|',
      'HH:MM:SS.mmm  |                             |<------- 200 OK (SDP) -------|',
      'HH:MM:SS.mmm  |<------- 200 OK (SDP) -------|                             |',
      'HH:MM:SS.mmm  |-------------------------- ACK --------------------------->|',
      'HH:MM:SS.mmm  |-------------------------- BYE --------------------------->|',
      '',
    ])
  })

  it('an early dialog is that of its branch', () => {
    const early = [
      entry('caller', 'in', request('INVITE')),
      entry(0, 'out', request('INVITE'), { who: 'one' }),
      entry(1, 'out', request('INVITE'), { who: 'two' }),
      entry(1, 'in', response('183 Session Progress')),
      entry('caller', 'in', request('PRACK', { toTag: 'b' }), { through: true }),
    ]
    expect(arrowsOf(early).at(-1)).toMatchObject({ from: 'caller', to: 1 })
  })

  it('T14 as a capture: a datagram for each hop, with lengths and checksums that hold', () => {
    const bytes = pcapOf(answered(true))
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    expect([view.getUint32(0), view.getUint32(20)]).toEqual([0xa1b2c3d4, 228])
    const texts: string[] = []
    for (let at = 24; at < bytes.length; ) {
      const length = view.getUint32(at + 8)
      const ip = at + 16
      expect(view.getUint16(ip + 2)).toBe(length)
      expect(view.getUint16(ip + 24)).toBe(length - 20)
      let sum = 0
      for (let i = 0; i < 20; i += 2) sum += view.getUint16(ip + i)
      expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff)
      texts.push(new TextDecoder().decode(bytes.subarray(ip + 28, ip + length)).split('\r\n')[0] ?? '')
      at = ip + length
    }
    // ACK and BYE are on both hops.
    expect(texts.filter((line) => line.startsWith('ACK'))).toHaveLength(2)
    expect(texts).toHaveLength(8)
  })
})

describe('what is remarkable about a call', () => {
  const kinds = (more: Partial<DialogRecord>, entries: readonly TraceEntry[]) =>
    findingsOf({ ...record, ...more }, entries).map(({ kind }) => kind)
  const over = {
    answeredAtMs: clock,
    endedAtMs: clock + 300,
    durationMs: 300,
    result: 'answered',
    status: 200,
  } as const

  it('O12 a BYE in place of the ACK, with codecs and packet times of both sides', () => {
    const found = findingsOf({ ...record, ...over, earlyBye: true, endedBy: 'caller' }, answered(false))
    expect(found.map(({ kind }) => kind)).toEqual(['early-bye', 'packet-times'])
    expect(found[0]?.text).toBe(
      'The caller hung up 300 ms after the answer without an ACK: it would not have what was agreed on. ' +
        'The caller offered PCMU, 20 ms in a packet; the answer was PCMA, 40 ms in a packet.',
    )
  })

  it('O13 packet times that differ are told of any call, and a call that went well says nothing', () => {
    expect(kinds(over, answered(true))).toEqual(['packet-times'])
    const same = answered(true).map((e) => ({ ...e, text: e.text.replaceAll('ptime:40', 'ptime:20') }))
    expect(kinds(over, same)).toEqual([])
  })

  it('an answer that was never acknowledged', () => {
    expect(kinds({ ...over, durationMs: 32_000 }, answered(false))).toContain('no-ack')
  })

  it('media that were refused, with the Warning', () => {
    const entries = [
      entry('caller', 'in', request('INVITE', { body: sdp('0', 20) })),
      entry(0, 'in', response('488 Not Acceptable Here', 'INVITE', { headers: ['Warning: 305 x "no codec"'] })),
    ]
    expect(findingsOf({ ...record, status: 488 }, entries)).toEqual([
      {
        kind: 'no-common-codec',
        text: 'The media that the caller offered were refused. The caller offered PCMU, 20 ms in a packet. Warning: 305 x "no codec"',
      },
    ])
  })

  it('a phone that said nothing at all', () => {
    const entries = [
      entry('caller', 'in', request('INVITE')),
      entry(0, 'out', request('INVITE'), { who: 'bob@example.test' }),
    ]
    expect(findingsOf({ ...record, status: 408 }, entries)).toEqual([
      { kind: 'silent', text: 'No answer at all came from bob@example.test.' },
    ])
    expect(kinds({ status: 408 }, [...entries, entry(0, 'in', response('180 Ringing'))])).toEqual([])
  })

  it('nobody was tried, a request that did not leave, a BYE that never came', () => {
    expect(kinds({ status: 404 }, [entry('caller', 'in', request('INVITE'))])).toEqual(['nobody-registered'])
    const lost = entry(0, 'out', request('INVITE'), { who: 'bob@example.test', failed: 'its socket has closed' })
    expect(findingsOf(record, [lost])).toEqual([
      { kind: 'socket-lost', text: 'INVITE did not reach bob@example.test: its socket has closed.' },
    ])
    expect(kinds({ result: 'expired' }, [])).toEqual(['never-ended'])
  })
})
