import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NgClient } from '../../src/gateway/media/ng-client'
import { CallOut } from '../gateway/support/call-out'
import { Lab } from '../gateway/support/lab'
import type { SipClient } from '../support/sip-client'
import type { SipFrame } from '../support/sip-frame'
import { havePeers, PeerProcess, RTPENGINE, startRtpengine } from './support/peers'
import { webrtcSdp } from './support/webrtc-sdp'

const scenario = (name: string) => `test/peers/scenarios/${name}.xml`
/** BEHAVIOURS T15, issue "Carriers": 120 calls at 20 per second. */
const CALLS = 120
const RATE = 20

describe.skipIf(!havePeers('sipp', 'rtpengine'))('SIPp as a carrier, rtpengine for the media', () => {
  let lab: Lab
  let engine: PeerProcess
  let ng: NgClient

  beforeAll(async () => {
    engine = await startRtpengine()
    ng = new NgClient(RTPENGINE.host, RTPENGINE.port)
    lab = await Lab.open([RTPENGINE])
    await lab.admin.put('address-groups/200', {
      carrier: true,
      domain: lab.domain,
      entries: [{ ip: '127.0.1.0', mask: 24 }],
    })
    await lab.admin.put('carrier-routes/49', { sets: [{ set: 'main' }] })
  })
  afterAll(async () => {
    await lab?.close()
    ng?.close()
    await engine?.end()
  })

  const sessions = async () => ((await ng.send({ command: 'list' })).calls as unknown[]).length

  it('T15 H06 120 calls at 20 per second come in, are answered, and leave no media behind', async () => {
    const desk = await lab.phone('4930777')
    const answer = (frame: SipFrame) => {
      if (frame.label === 'INVITE') {
        desk.respond(frame, 180, 'Ringing')
        desk.respond(frame, 200, 'OK', {
          headers: [`Contact: ${desk.contact}`, 'Content-Type: application/sdp'],
          body: webrtcSdp('active'),
        })
      } else if (frame.label === 'BYE') desk.respond(frame, 200, 'OK')
    }
    desk.onFrame(answer)
    const sipp = new PeerProcess('sipp', [
      `127.0.0.1:${lab.edge.port}`,
      ...['-sf', scenario('call'), '-i', '127.0.1.1', '-mi', '127.0.1.1', '-d', '200', '-key', 'number', '4930777'],
      ...['-m', String(CALLS), '-r', String(RATE), '-timeout', '60s', '-timeout_error', '-nostdin'],
    ])
    expect(await sipp.exit(), sipp.output().slice(-2_000)).toBe(0)
    expect(desk.wire.all('received', 'BYE')).toHaveLength(CALLS)
    await lab.until(async () => (await sessions()) === 0, 'rtpengine has no session')
  })

  it('T15 H02 120 calls go out, and leave no media behind', async () => {
    const uas = new PeerProcess('sipp', [
      ...['-sf', scenario('answer'), '-i', '127.0.1.2', '-p', '25080', '-mi', '127.0.1.2', '-bind_local'],
      ...['-m', String(CALLS), '-timeout', '60s', '-timeout_error', '-nostdin'],
    ])
    await uas.listens('127.0.1.2', 25_080)
    await lab.configured(() =>
      lab.admin.put('dispatchers/main', { destinations: [{ uri: 'sip:127.0.1.2:25080', probe: false }] }),
    )
    const caller = await lab.phone('caller')
    const next = framesOf(caller)
    const calls = Array.from({ length: CALLS }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, (i * 1_000) / RATE))
      await callThrough(lab, caller, next)
    })
    await Promise.all(calls)
    expect(await uas.exit(), uas.output().slice(-2_000)).toBe(0)
    await lab.until(async () => (await sessions()) === 0, 'rtpengine has no session')
  }, 90_000)
})

type Next = (label: string, callId: string) => Promise<SipFrame>

/** The frames of many calls at once on one socket, told apart by their Call-ID. */
function framesOf(caller: SipClient): Next {
  const waiting = new Map<string, (frame: SipFrame) => void>()
  caller.onFrame((frame) => waiting.get(`${frame.label} ${frame.header('Call-ID')}`)?.(frame))
  return (label, callId) => new Promise((resolve) => waiting.set(`${label} ${callId}`, resolve))
}

async function callThrough(lab: Lab, caller: SipClient, next: Next): Promise<void> {
  const sent = caller.request('INVITE', {
    uri: `sip:+4930123456@${lab.domain}`,
    headers: [`Contact: ${caller.contact}`, 'Content-Type: application/sdp'],
    body: webrtcSdp('actpass'),
  })
  const callId = sent.header('Call-ID')
  const answer = await next('200 INVITE', callId)
  expect(answer.body).toContain('UDP/TLS/RTP/SAVPF')
  const call = new CallOut(caller, undefined, { sent, answer })
  call.fromCaller('ACK')
  const ended = next('200 BYE', callId)
  call.fromCaller('BYE')
  await ended
}
