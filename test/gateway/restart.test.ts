import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../support/product'
import { SipClient } from '../support/sip-client'
import { Lab } from './support/lab'

const state = mkdtempSync(join(tmpdir(), 'strowger-restart-'))
let lab: Lab

beforeAll(async () => {
  lab = await Lab.open([], '', { STATE_DIR: state, PORT: String(await freePort()) })
})
afterAll(async () => {
  await lab?.close()
  rmSync(state, { recursive: true, force: true })
})

it('B05 R05 a restart of the Worker keeps UDP phones: they are called, and have not registered again', async () => {
  const account = await lab.subscriber('desk')
  const caller = await lab.subscriber('alice')
  const desk = await lab.carrier('127.0.5.1')
  const facts = {
    uri: `sip:${lab.domain}`,
    from: account.aor,
    to: account.aor,
    callId: 'reg-of-desk',
    fromTag: 'desk1',
    headers: ['Expires: 300'],
  }
  const first = desk.request('REGISTER', facts)
  const proof = await SipClient.connect(lab.product.sipUrl, caller)
  const answer = proof.answerFor(account, first, await desk.expect('401 REGISTER'))
  desk.request('REGISTER', { ...facts, cSeq: 2, headers: ['Expires: 300', answer] })
  await desk.expect('200 REGISTER')
  proof.close()

  await lab.restartWorker()

  const alice = await SipClient.connect(lab.product.sipUrl, caller)
  await alice.register()
  const sent = alice.request('INVITE', { uri: account.aor, headers: [`Contact: ${alice.contact}`] })
  const offered = await desk.expect('INVITE')
  expect(offered.uri).toBe(`sip:peer@${desk.host}`)
  desk.respond(offered, 486)
  await desk.expect('ACK')
  alice.acknowledge(sent, await alice.expect('486 INVITE'))
  alice.close()
})
