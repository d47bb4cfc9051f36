import { describe, expect, it } from 'vitest'
import { type MediaEnd, unheard } from '../../../src/media/leg'
import {
  answerCommand,
  deleteCommand,
  dtmfCommand,
  listCommand,
  offerCommand,
  PING,
  queryCommand,
} from '../../../src/media/ng'

const session = { callId: 'call;p', fromTag: 'a', branch: 'b0' }
const webrtc = unheard('webrtc')
const rtp = unheard('rtp')
const lite: MediaEnd = { ...webrtc, isIceLite: true }
const offer = (from: MediaEnd, to: MediaEnd) => offerCommand(session, { sdp: 'v=0', from, to })
const answer = (from: MediaEnd, to: MediaEnd) => answerCommand({ ...session, toTag: 'b' }, { sdp: 'v=0', from, to })

describe('G1 the flags of an offer follow from the two legs', () => {
  it('browser to carrier: plain RTP, no ICE, no DTLS, no keys, RTCP on a port of its own', () => {
    expect(offer(webrtc, rtp)).toEqual({
      command: 'offer',
      'call-id': 'call;p',
      'from-tag': 'a',
      'via-branch': 'b0',
      sdp: 'v=0',
      replace: ['origin', 'session connection', 'SDP version'],
      ICE: 'remove',
      DTLS: 'off',
      SDES: ['off'],
      'ICE-lite': 'backward',
      'rtcp-mux': ['demux'],
      'transport-protocol': 'RTP/AVP',
    })
  })

  it('carrier to browser: ICE, DTLS-SRTP, one port, a mid', () => {
    expect(offer(rtp, webrtc)).toMatchObject({
      ICE: 'force',
      DTLS: 'passive',
      SDES: ['off'],
      'ICE-lite': 'forward',
      'rtcp-mux': ['offer'],
      'transport-protocol': 'UDP/TLS/RTP/SAVPF',
      flags: ['generate mid'],
    })
  })

  it('browser to browser and carrier to carrier: the same on both sides', () => {
    expect(offer(webrtc, webrtc)).toMatchObject({ ICE: 'force', DTLS: 'passive', 'ICE-lite': 'both' })
    expect(offer(rtp, rtp)).toMatchObject({ ICE: 'remove', DTLS: 'off', 'transport-protocol': 'RTP/AVP' })
    expect(offer(rtp, rtp)).not.toHaveProperty('ICE-lite')
  })

  it('RFC 8445 §2.5 two lite ends would wait for each other: toward one that is lite the checks are ours', () => {
    expect(offer(lite, rtp)).not.toHaveProperty('ICE-lite')
    for (const key of ['ICE-lite', 'DTLS']) expect(answer(rtp, lite)).not.toHaveProperty(key)
    expect(offer(lite, webrtc)).toMatchObject({ 'ICE-lite': 'forward' })
    expect(offer(webrtc, lite)).toMatchObject({ 'ICE-lite': 'backward' })
  })

  it('RFC 4568 an end that had keys in its description gets them again', () => {
    const secure: MediaEnd = { ...rtp, protocol: 'RTP/SAVP' }
    expect(offer(webrtc, secure)).toMatchObject({ 'transport-protocol': 'RTP/SAVP', DTLS: 'off' })
    expect(offer(webrtc, secure)).not.toHaveProperty('SDES')
  })
})

describe('the other commands', () => {
  it('RFC 3264 §6 an answer has no choice of the profile', () => {
    expect(answer(rtp, webrtc)).toMatchObject({
      command: 'answer',
      'from-tag': 'a',
      'to-tag': 'b',
      ICE: 'force',
      DTLS: 'passive',
      'ICE-lite': 'forward',
      'rtcp-mux': ['offer'],
    })
    for (const key of ['transport-protocol', 'SDES', 'codec']) expect(answer(webrtc, rtp)).not.toHaveProperty(key)
  })

  it('O08 transcoding and injection are asked for only when they are needed', () => {
    const description = { sdp: 'v=0', from: rtp, to: rtp }
    expect(offerCommand(session, { ...description, transcode: ['PCMA'] })).toMatchObject({
      codec: { transcode: ['PCMA'] },
    })
    expect(offerCommand(session, { ...description, playsDtmf: true })).toMatchObject({ flags: ['inject DTMF'] })
    expect(answerCommand(session, { sdp: 'v=0', from: rtp, to: webrtc, playsDtmf: true })).toMatchObject({
      flags: ['generate mid', 'inject DTMF'],
    })
    for (const key of ['codec', 'flags']) expect(offerCommand(session, description)).not.toHaveProperty(key)
  })

  it('name the call', () => {
    expect(deleteCommand('c')).toEqual({ command: 'delete', 'call-id': 'c', 'delete-delay': 0 })
    expect(queryCommand('c')).toEqual({ command: 'query', 'call-id': 'c' })
    expect(listCommand(5)).toEqual({ command: 'list', limit: '5' })
    expect(PING).toEqual({ command: 'ping' })
    expect(dtmfCommand({ callId: 'c', fromTag: 'a' }, '#', 160)).toEqual({
      command: 'play DTMF',
      'call-id': 'c',
      'from-tag': 'a',
      code: '#',
      duration: 160,
    })
  })
})
